// The list of traces, runs, threads and projects.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, launch, listRows, open } from "./browser.js";
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

const names = (page) => listRows(page).evaluateAll((rows) => rows.map((row) => row.querySelector("a")?.textContent.trim()));

test("the traces of the demo are there, the newest first, with what they took", async () => {
  const page = await open(browser, server, "/?project=demo");
  await eventually(async () => assert.equal(await listRows(page).count(), 20));
  assert.equal((await names(page))[0], "plan_trip");
  const row = listRows(page).filter({ hasText: "plan_trip" });
  const text = await row.innerText();
  for (const part of ["4.20 s", "$0.0015", "Plan a weekend", "Take the 07:53", "2.96 s", "demo"]) assert.ok(text.includes(part), `${part}: ${text}`);
  assert.match(text, /1\s?007/);
  await page.getByRole("row").filter({ hasText: "import_orders" }).getByText("error").first().waitFor({ state: "attached" });
  await page.getByRole("row").filter({ hasText: "research" }).getByText("running").first().waitFor({ state: "attached" });
  await page.done();
});

test("a filter is the address, can be edited, and is told what is wrong with it", async () => {
  const page = await open(browser, server, "/?" + new URLSearchParams({ project: "demo", filter: 'eq(status, "error")' }), { expected: [/status of 400/] });
  await eventually(async () => assert.deepEqual(await names(page), ["import_orders"]));
  const filter = page.getByRole("textbox", { name: "Filter string" });
  assert.equal(await filter.inputValue(), 'eq(status, "error")');
  await filter.fill('has(tags, "thread")');
  await filter.press("Enter");
  await eventually(async () => assert.deepEqual(await names(page), ["ask_librarian", "ask_librarian", "ask_librarian"]));
  assert.equal(new URL(page.url()).searchParams.get("filter"), 'has(tags, "thread")');
  await page.goBack();
  await eventually(async () => assert.deepEqual(await names(page), ["import_orders"]));
  await filter.fill('eq(stats, "error")');
  await filter.press("Enter");
  await page.getByRole("alert").filter({ hasText: "status" }).waitFor();
  await page.done();
});

test("a chip writes the filter", async () => {
  const page = await open(browser, server, "/?project=demo");
  await listRows(page).first().waitFor();
  await page.getByRole("group", { name: "Filters" }).getByRole("button", { name: "Status" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /error/i }).click();
  await eventually(async () => assert.deepEqual(await names(page), ["import_orders"]));
  assert.match(new URL(page.url()).searchParams.get("filter"), /eq\(status, ?"error"\)/);
  await page.getByRole("button", { name: /^Remove the filter/ }).click();
  await eventually(async () => assert.equal(await listRows(page).count(), 20));
  await page.done();
});

test("a search finds words of runs", async () => {
  const page = await open(browser, server, "/?project=demo");
  await page.getByRole("searchbox").fill("lighthouse");
  await eventually(async () => assert.deepEqual(await names(page), ["tell_story"]));
  assert.equal(new URL(page.url()).searchParams.get("search"), "lighthouse");
  await page.done();
});

test("columns sort, and say so", async () => {
  const page = await open(browser, server, "/?project=demo");
  await listRows(page).first().waitFor();
  await page.getByRole("columnheader", { name: "Latency" }).getByRole("button").click();
  await eventually(async () => assert.equal((await names(page))[0], "crawl_site"));
  assert.equal(new URL(page.url()).searchParams.get("sort"), "-latency");
  assert.equal(await page.getByRole("columnheader", { name: "Latency" }).getAttribute("aria-sort"), "descending");
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await eventually(async () => assert.equal((await names(page))[0], "answer_question"));
  await page.done();
});

test("the keys go through the list and open a trace", async () => {
  const page = await open(browser, server, "/?project=demo");
  await listRows(page).first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  assert.equal((await page.evaluate(() => document.activeElement.textContent)).trim(), "plan_trip");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Filter string");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/trace/*");
  await page.getByRole("treegrid").waitFor();
  await page.done();
});

test("runs come as one scrolls", async () => {
  const page = await open(browser, server, "/?tab=runs&project=demo");
  await eventually(async () => assert.ok((await listRows(page).count()) >= 50));
  await page.mouse.move(600, 500);
  for (let turn = 0; turn < 4; turn++) {
    const had = await listRows(page).count();
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await eventually(async () => assert.ok((await listRows(page).count()) > had));
  }
  await page.done();
});

test("threads and projects have their tabs", async () => {
  const page = await open(browser, server, "/");
  await page.getByRole("navigation").getByRole("link", { name: "Threads" }).click();
  const thread = page.getByRole("row").filter({ hasText: "library-desk-7" });
  await thread.waitFor();
  assert.match(await thread.innerText(), /\b3\b/);
  await thread.getByRole("link").first().click();
  await eventually(async () => assert.deepEqual(await names(page), ["ask_librarian", "ask_librarian", "ask_librarian"]));
  await page.getByRole("navigation").getByRole("link", { name: "Projects" }).click();
  const project = page.getByRole("row").filter({ has: page.getByRole("link", { name: "demo", exact: true }) });
  await project.getByRole("link", { name: /broken trace/ }).waitFor();
  await page.done();
});
