// An empty database, and the first trace.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, launch, open } from "./browser.js";
import { serve } from "./server.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const post = (server, run) => fetch(`${server.url}/runs`, {
  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(run),
});

const ID = "01a2036e-0bea-710d-96ed-c3ae3327ba63";
const RUN = {
  id: ID, trace_id: ID, dotted_order: `20261122T132433000000Z${ID}`, name: "my_first_call", run_type: "chain",
  session_name: "default", start_time: "2026-11-22T13:24:33Z", end_time: "2026-11-22T13:24:34Z",
  inputs: { question: "why" }, outputs: { answer: "because" },
};

test("an empty page has programs to copy, and turns into the first trace", async () => {
  const server = await serve();
  const page = await open(browser, server, "/");
  for (const name of ["Rust", "Python", "JavaScript", "curl"]) {
    const tab = page.getByRole("tab", { name, exact: true });
    await tab.click();
    assert.equal(await tab.getAttribute("aria-selected"), "true");
    const code = await page.getByRole("tabpanel").innerText();
    assert.ok(code.includes(server.url), `${name} names the address: ${code}`);
  }
  await page.getByRole("tabpanel").getByRole("button", { name: /copy/i }).first().click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.includes(server.url), copied);
  assert.equal((await post(server, RUN)).status, 202);
  await page.waitForURL(`**/trace/${ID}*`);
  await page.getByRole("treegrid").getByText("my_first_call").waitFor();
  await eventually(async () => assert.match(await page.title(), /my_first_call/));
  await page.done();
  await server.stop();
});

test("a list shows a run that comes, and that it ends", async () => {
  const server = await serve({ demo: ["--only", "plan_trip"] });
  const page = await open(browser, server, "/");
  await page.getByRole("link", { name: "plan_trip" }).waitFor();
  const { end_time, outputs, ...begun } = { ...RUN, name: "came_later", start_time: new Date().toISOString() };
  assert.equal((await post(server, begun)).status, 202);
  const row = page.getByRole("row").filter({ hasText: "came_later" });
  // where rows may not move, a button tells of them
  const pill = page.getByRole("button", { name: /new/ });
  await row.or(pill).first().waitFor();
  if (await pill.isVisible()) await pill.click();
  await row.getByText("running").waitFor({ state: "attached" });
  const end = { ...RUN, end_time: new Date().toISOString() };
  const answer = await fetch(`${server.url}/runs/${ID}`, {
    method: "PATCH", headers: { "content-type": "application/json" },
    body: JSON.stringify({ trace_id: ID, dotted_order: RUN.dotted_order, end_time: end.end_time, outputs }),
  });
  assert.equal(answer.status, 202);
  await row.getByText("success").waitFor({ state: "attached" });
  await page.done();
  await server.stop();
});

test("a trace grows while one looks at it", async () => {
  const server = await serve({ demo: ["--only", "research"] });
  const { trace_id } = await server.trace("research");
  const page = await open(browser, server, `/trace/${trace_id}`);
  await page.getByRole("treegrid").getByText("read_sources").waitFor();
  const child = "01a2036e-0bec-710d-96ed-c3ae3327ba65";
  const root = await server.get(`/api/v1/runs/${trace_id}`);
  const start = new Date().toISOString();
  const order = `${root.dotted_order}.${start.replace(/[-:.]/g, "").replace("Z", "000Z")}${child}`;
  const run = { ...RUN, id: child, trace_id, parent_run_id: trace_id, dotted_order: order, name: "came_later", start_time: start, end_time: null, session_name: "demo" };
  assert.equal((await post(server, run)).status, 202);
  await page.getByRole("treegrid").getByText("came_later").waitFor();
  await page.done();
  await server.stop();
});
