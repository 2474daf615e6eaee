// Broken traces, and two runs side by side.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./browser.js";
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

test("broken traces are there by function, with the reason and the fix", async () => {
  const page = await open(browser, server, "/nesting?project=demo");
  const group = page.getByRole("article").filter({ hasText: "embed_passage" });
  await group.waitFor();
  const text = await group.innerText();
  for (const part of ["src/answer.rs:41", "3 runs", "a thread that carries no context", "answer_question", "traceable::bind"]) {
    assert.ok(text.includes(part), `${part}: ${text}`);
  }
  for (const name of ["verify_quotes", "score_answer", "handle_request", "worker_loop", "index_page"]) {
    await page.getByRole("article").filter({ hasText: name }).first().waitFor();
  }
  await group.getByRole("button", { name: /^Copy the fix/ }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /traceable::bind/);
  await group.getByText("Show as if joined").click();
  await group.getByText("joined here").nth(2).waitFor();
  await group.getByRole("link", { name: "retrieve" }).waitFor();
  await page.getByRole("combobox", { name: "Project" }).selectOption({ label: "all projects" });
  await page.waitForURL((url) => !url.searchParams.get("project"));
  await page.getByRole("article").filter({ hasText: "embed_passage" }).getByRole("link").nth(1).click();
  await page.getByRole("treegrid").getByText("embed_passage").first().waitFor();
  await page.done();
});

test("two runs are compared by path", async () => {
  const { trace_id } = await server.trace("plan_trip");
  const { runs } = await server.get(`/api/local/trace/${trace_id}`);
  const [a, b] = runs.filter((run) => run.name === "forecast").map((run) => run.id);
  const page = await open(browser, server, `/compare?a=${a}&b=${b}`);
  const facts = page.getByRole("table", { name: "Facts" });
  await facts.waitFor();
  await facts.getByRole("row", { name: /latency differs 1\.00 s 360 ms/ }).waitFor();
  const outputs = page.getByRole("table", { name: "Outputs" });
  await outputs.getByRole("row", { name: /added \$\.saturday/ }).waitFor();
  await page.getByRole("table", { name: "Inputs" }).getByRole("row", { name: /changed \$\.attempt 1 2/ }).waitFor();
  await page.getByRole("link", { name: "Swap A and B" }).click();
  await page.getByRole("table", { name: "Outputs" }).getByRole("row", { name: /removed \$\.saturday/ }).waitFor();
  await page.done();
});

test("a run that is not there can be written anew", async () => {
  const page = await open(browser, server, "/compare?a=00000000-0000-0000-0000-000000000001&b=x", { expected: [/status of 4/] });
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Run B" }).inputValue(), "x");
  await page.done();
});
