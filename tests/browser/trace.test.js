// The page of a trace: tree, waterfall, details.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { eventually, launch, open } from "./browser.js";
import { serve } from "./server.js";

let browser, server;
before(async () => {
  browser = await launch();
  server = await serve({ demo: [] });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const trace = async (name, options) => {
  const { trace_id } = await server.trace(name);
  const page = await open(browser, server, `/trace/${trace_id}`, options);
  await page.getByRole("treegrid").waitFor();
  return page;
};
const row = (page, name) => page.getByRole("treegrid").getByRole("row").filter({ hasText: name });
const selected = (page) => page.locator('[role=treegrid] [role=row][aria-selected="true"]').innerText();

test("the tree has all runs, and the details of the one that is chosen", async () => {
  const page = await trace("plan_trip");
  await row(page, "find_trains").waitFor();
  assert.equal(await page.getByRole("treegrid").getAttribute("aria-rowcount"), "13");
  assert.match(await page.title(), /plan_trip/);
  await row(page, "find_trains").click();
  await page.getByRole("tab", { name: /Output/ }).click();
  await page.getByRole("tabpanel").getByText("trains", { exact: true }).waitFor();
  assert.equal(await row(page, "find_trains").getAttribute("aria-level"), "3");
  await eventually(() => assert.match(page.url(), /run=/));
  const url = page.url();
  await page.done();
  // the address leads back to the run
  const again = await open(browser, server, url);
  await eventually(async () => assert.match(await selected(again), /find_trains/));
  await again.done();
});

test("the keys go through the tree, fold it, and find errors", async () => {
  const page = await trace("plan_trip");
  await row(page, "find_trains").waitFor();
  await page.getByRole("treegrid").focus();
  await page.keyboard.press("ArrowDown");
  await eventually(async () => assert.match(await selected(page), /decide/));
  await page.keyboard.press("j");
  await eventually(async () => assert.match(await selected(page), /use_tools/));
  await page.keyboard.press("ArrowLeft");
  await row(page, "find_trains").waitFor({ state: "detached" });
  // a parent that is folded tells of the error below
  assert.match(await row(page, "use_tools").innerText(), /✗\s*1/);
  await page.keyboard.press("ArrowRight");
  await row(page, "find_trains").waitFor();
  await page.keyboard.press("e");
  await eventually(async () => assert.match(await selected(page), /forecast/));
  await page.getByText("did not answer in 1 s").first().waitFor();
  await page.keyboard.press("End");
  await eventually(async () => assert.match(await selected(page), /suggest_more/));
  await page.keyboard.press("Home");
  await eventually(async () => assert.match(await selected(page), /plan_trip/));
  await page.done();
});

test("chats of three clients are shown as chats", async () => {
  const page = await trace("support_chat");
  await row(page, "understand").click();
  await page.getByText("My order 4711 arrived").first().waitFor();
  await page.getByText("lookup_order").nth(1).waitFor();
  const image = page.locator("main img[src^='data:image/png']");
  await eventually(async () => assert.ok(await image.first().evaluate((el) => el.naturalWidth === 48)));
  await row(page, "decide").click();
  await page.getByText("the whole amount goes back").first().waitFor({ state: "attached" });
  await row(page, "word_reply").click();
  await page.locator("main strong", { hasText: "9,90 €" }).first().waitFor();
  await page.done();
});

test("files are shown as what they are", async () => {
  const page = await trace("describe_picture");
  await row(page, "describe_picture").first().click();
  await page.getByRole("tab", { name: /Attachments|Files/ }).click();
  const image = page.locator("main img");
  await eventually(async () => assert.ok(await image.first().evaluate((el) => el.complete && el.naturalWidth === 160)));
  await page.getByText("notes.txt").first().waitFor();
  await row(page, "look").click();
  await page.getByRole("tab", { name: /Attachments|Files/ }).click();
  await page.locator("main audio").waitFor();
  await page.done();
});

test("feedback is given, and stays", async () => {
  const page = await trace("tell_story");
  await page.getByRole("tab", { name: /Feedback/ }).click();
  await page.getByRole("button", { name: /good|up|helpful|👍/i }).first().click();
  const { trace_id } = await server.trace("tell_story");
  await eventually(async () => assert.ok((await server.get(`/api/v1/feedback?run=${trace_id}`)).length > 0));
  await page.done();
});

test("a run whose parent never arrived, and a broken trace, say so", async () => {
  const page = await trace("index_site");
  await page.getByText(/never (arrived|came)/i).first().waitFor({ state: "attached" });
  await row(page, "index_page").first().waitFor();
  await page.done();
  const broken = await trace("verify_quotes");
  await broken.getByText("src/answer.rs:88").first().waitFor();
  await broken.getByText("in_current_run()").first().waitFor();
  await broken.getByRole("link", { name: "answer_question" }).first().click();
  await row(broken, "retrieve").waitFor();
  await broken.done();
});

test("of 5 000 runs the document has those that are seen", async () => {
  const page = await trace("crawl_site");
  await row(page, "crawl_section").first().waitFor();
  const grid = page.getByRole("treegrid");
  assert.equal(await grid.getAttribute("aria-rowcount"), "5001");
  const count = () => page.getByRole("row").count();
  assert.ok((await count()) < 150, `${await count()} rows`);
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  assert.ok(nodes < 5_000, `${nodes} elements`);
  await grid.focus();
  await page.keyboard.press("End");
  await row(page, "write_report").waitFor();
  assert.ok((await count()) < 150, `${await count()} rows`);
  await grid.evaluate((el) => el.scrollTo(0, el.scrollHeight / 2));
  await row(page, "crawl_section 24").or(row(page, "fetch_page")).first().waitFor();
  assert.ok((await count()) < 150, `${await count()} rows`);
  await page.keyboard.press("e");
  await page.keyboard.press("e");
  await page.getByText("404 Not Found").first().waitFor();
  await page.done();
});

test("a trace is saved as one file that opens offline", async () => {
  const page = await trace("support_chat");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /export/i }).click()]);
  const file = join(mkdtempSync(join(tmpdir(), "traceable-export-")), "trace.html");
  await download.saveAs(file);
  await page.done();
  // a browser without any network
  const context = await browser.newContext({ offline: true });
  const saved = await context.newPage();
  const asked = [];
  saved.on("request", (request) => asked.push(request.url()));
  await saved.goto(pathToFileURL(file).href);
  await saved.getByText("lookup_order").filter({ visible: true }).first().waitFor();
  assert.deepEqual(asked.filter((url) => !/^(file|data|blob):/.test(url)), []);
  await context.close();
  rmSync(dirname(file), { recursive: true });
});
