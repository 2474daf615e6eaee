// A trace that tries to break the page: nothing of it runs, nothing is asked of another host, nothing breaks the layout.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, launch, listRows, open, overflow } from "./browser.js";
import { serve } from "./server.js";

let browser, server, id;
before(async () => {
  browser = await launch();
  server = await serve();
  [id] = await server.demo("--only", "hostile");
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const rows = (page) => page.getByRole("treegrid").getByRole("row").and(page.locator("[aria-level]"));

/** The time that the page needs to answer, after all it had to do. */
const answers = (page) => page.evaluate(() => new Promise((resolve) => {
  const begin = performance.now();
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
}));

test("the list shows it as text", async () => {
  for (const tab of ["traces", "runs", "threads", "projects"]) {
    const page = await open(browser, server, `/?tab=${tab}`);
    await listRows(page).filter({ hasText: "</script>" }).first().waitFor();
    assert.equal(await page.locator("main script, main iframe, main img[src=x]").count(), 0);
    assert.ok((await overflow(page)) <= 0, `${tab} is ${await overflow(page)} too wide`);
    const { height } = await listRows(page).first().boundingBox();
    assert.ok(height < 120, `a row of ${tab} is ${height} high`);
    await page.done();
  }
});

test("every run, and every tab of it, is text", async () => {
  // the picture is none
  const page = await open(browser, server, `/trace/${id}`, { expected: [/Failed to load resource.*attachments/, /attachment/] });
  await rows(page).first().waitFor();
  assert.equal(await rows(page).count(), 5);
  for (let at = 0; at < 5; at++) {
    await rows(page).nth(at).click();
    await eventually(async () => assert.equal(await rows(page).nth(at).getAttribute("aria-selected"), "true"));
    await page.getByRole("tab").first().waitFor();
    for (const name of await page.getByRole("tab").evaluateAll((tabs) => tabs.map((tab) => tab.id))) {
      await page.locator(`[id="${name}"]`).click();
      await page.getByRole("tabpanel").first().waitFor();
      const took = await answers(page);
      assert.ok(took < 5_000, `run ${at}, ${name}: it answers after ${took} ms`);
      assert.equal(await page.locator("main script, main iframe, main img[src=x], main svg[onload], main a[href^='javascript:']").count(), 0, `run ${at}, ${name}`);
      assert.equal(await page.locator("main img[src^='http']:not([src*='127.0.0.1'])").count(), 0);
      assert.ok((await overflow(page)) <= 0, `run ${at}, ${name} is ${await overflow(page)} too wide`);
    }
  }
  assert.ok((await page.evaluate(() => document.querySelectorAll("*").length)) < 20_000);
  assert.equal(await page.evaluate(() => ({}).polluted), undefined);
  await page.done();
});

test("pages of broken traces and of two runs show it as text", async () => {
  const nesting = await open(browser, server, "/nesting");
  await nesting.getByRole("article").filter({ hasText: "window.__pwned" }).first().waitFor();
  assert.ok((await overflow(nesting)) <= 0);
  await nesting.done();
  const { runs } = await server.get(`/api/local/trace/${id}`);
  const named = (name) => runs.find((run) => run.name === name).id;
  for (const pair of [[runs[0].id, runs[1].id], [named("a line of a megabyte"), named("100 000 attributes")]]) {
    const page = await open(browser, server, `/compare?a=${pair[0]}&b=${pair[1]}`);
    await page.getByRole("heading", { name: /Outputs/ }).waitFor();
    assert.ok((await answers(page)) < 5_000);
    assert.ok((await overflow(page)) <= 0);
    await page.done();
  }
});

test("files of a trace are downloads, but for pictures, and no type is guessed", async () => {
  const run = await server.get(`/api/v1/runs/${id}`);
  const urls = Object.values(run.s3_urls).map((file) => file.presigned_url || file.s3_url || file);
  assert.equal(urls.length, 3);
  for (const url of urls) {
    const answer = await fetch(new URL(url, server.url));
    assert.equal(answer.status, 200, String(url));
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(answer.headers.get("content-type"));
    assert.ok(isPicture || answer.headers.get("content-disposition").startsWith("attachment"), String(url));
  }
});

test("the page allows no script but its own", async () => {
  const answer = await fetch(`${server.url}/trace/${id}`);
  const policy = answer.headers.get("content-security-policy");
  for (const part of ["default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(part), policy);
  assert.ok(!policy.includes("unsafe"), policy);
});
