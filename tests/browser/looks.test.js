// Every page in both themes and from a phone: what a screen reader and weak eyes need, no scrolling sideways.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, overflow, problems } from "./browser.js";
import { serve } from "./server.js";

let browser, server, empty, pages;
before(async () => {
  browser = await launch();
  server = await serve({ demo: [] });
  empty = await serve();
  const trip = (await server.trace("plan_trip")).trace_id;
  const { runs } = await server.get(`/api/local/trace/${trip}`);
  const run = (name) => runs.filter((one) => one.name === name).map((one) => one.id);
  const first = (name) => server.trace(name).then((row) => `/trace/${row.trace_id}`);
  pages = [
    ["the first steps", empty, "/", (page) => page.getByRole("tabpanel")],
    ["traces", server, "/", (page) => page.getByRole("link", { name: "plan_trip" })],
    ["runs", server, "/?tab=runs", (page) => page.getByRole("link", { name: "plan_trip" })],
    ["threads", server, "/?tab=threads", (page) => page.getByText("library-desk-7")],
    ["projects", server, "/?tab=projects", (page) => page.getByRole("link", { name: "demo", exact: true })],
    ["a list with a filter", server, "/?" + new URLSearchParams({ filter: 'eq(status, "error")' }), (page) => page.getByText("import_orders").first()],
    ["a trace", server, `/trace/${trip}`, (page) => page.getByRole("treegrid").getByText("find_trains")],
    ["a chat", server, `/trace/${trip}?run=${run("decide")}`, (page) => page.getByText("You plan trips").first()],
    ["an error", server, `/trace/${trip}?run=${run("forecast")[0]}`, (page) => page.getByText("did not answer in 1 s").first()],
    ["a trace in flight", server, await first("research"), (page) => page.getByRole("treegrid").getByText("read_sources")],
    ["a broken trace", server, await first("verify_quotes"), (page) => page.getByText("src/answer.rs:88").first()],
    ["files", server, (await first("describe_picture")) + "?tab=attachments", (page) => page.getByRole("treegrid").getByText("look")],
    ["nesting", server, "/nesting", (page) => page.getByText("embed_passage").first()],
    ["nesting of none", empty, "/nesting", (page) => page.getByText("No broken traces")],
    ["two runs", server, `/compare?a=${run("forecast")[0]}&b=${run("forecast")[1]}`, (page) => page.getByRole("heading", { name: /Outputs/ })],
    ["no two runs", server, "/compare", (page) => page.getByRole("textbox").first()],
  ];
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await empty?.stop();
});

for (const [look, options] of [["light", {}], ["dark", { dark: true }], ["narrow", { width: 360, height: 740 }], ["narrow and dark", { width: 360, height: 740, dark: true }]]) {
  test(`pages in ${look}`, async (t) => {
    for (const [name, of, path, ready] of pages) {
      await t.test(name, async () => {
        const page = await open(browser, of, path, options);
        await ready(page).first().waitFor({ state: options.width ? "attached" : "visible" });
        // what is loaded is looked at, and not that it loads
        await page.getByRole("status", { name: "loading" }).waitFor({ state: "detached" });
        if (process.env.TRACEABLE_PICTURES) await page.screenshot({ path: `${process.env.TRACEABLE_PICTURES}/${name} ${look}.png`.replaceAll(" ", "-").replace("-/", "/") });
        assert.deepEqual(await problems(page), []);
        assert.ok((await overflow(page)) <= 0, `it is ${await overflow(page)} too wide`);
        await page.done();
      });
    }
  });
}

test("the theme follows the system, and a choice stays", async () => {
  const page = await open(browser, server, "/", { dark: true });
  const scheme = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await scheme();
  await page.getByRole("button", { name: /light theme/ }).click();
  const light = await scheme();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await scheme(), light);
  await page.done();
});

test("the first stop leads past the navigation", async () => {
  const page = await open(browser, server, "/");
  await page.getByRole("link", { name: "plan_trip" }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.done();
});
