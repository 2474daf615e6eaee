// Chromium of the system, and pages that note what must never happen: errors on the console, dialogs, scripts of a trace,
// requests to another host.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

// The packages are not installed beside the tests, so that the repository stays clean.
export const modules = process.env.TRACEABLE_BROWSER_MODULES || fileURLToPath(new URL("../../target/browser/", import.meta.url));
const require = createRequire(modules);
const { chromium } = require("playwright-core");
const axe = require("axe-core");

const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export async function launch() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("these tests need Chromium: install it, or set CHROMIUM to its path");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** A page of `server`; `dark` and `width` are how it looks. Close it with `done`, which fails on what was noted. */
export async function open(browser, server, path, { dark = false, width = 1280, height = 800, expected = [] } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", baseURL: server.url,
  });
  context.setDefaultTimeout(30_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const noted = [];
  const host = new URL(server.url).host;
  // axe tries colours with inline styles, which the policy of the page refuses
  const byAxe = (message) => page.isExamined && message.text().startsWith("Applying inline style");
  page.on("console", (message) => message.type() === "error" && !byAxe(message) && noted.push(`console: ${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => noted.push(`error: ${error.stack}`));
  page.on("dialog", (dialog) => { noted.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.host !== host && !["data:", "blob:"].includes(url.protocol)) noted.push(`request to ${url.href}`);
  });
  await page.goto(path);
  page.done = async () => {
    const pwned = await page.evaluate(() => window.__pwned);
    await context.close();
    assert.equal(pwned, undefined, "a script of a trace ran");
    assert.deepEqual(noted.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
  };
  return page;
}

/** What axe finds serious or worse, in short. */
export async function problems(page) {
  await page.evaluate(axe.source);
  page.isExamined = true;
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  page.isExamined = false;
  return violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary.split("\n").slice(1, 2)}`).join("; ")} (${found.nodes.length})`);
}

/** How much wider than the window the page is. */
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Tries until it is as expected. */
export async function eventually(check, patience = 20_000) {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Rows of the list, without its head. */
export const listRows = (page) => page.getByRole("row").filter({ has: page.getByRole("cell").or(page.getByRole("gridcell")) });
