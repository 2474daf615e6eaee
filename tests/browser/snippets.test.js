// The first minute as people have it: each program that the empty page shows is copied, run, and seen as a trace.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { launch, modules, open } from "./browser.js";
import { serve } from "./server.js";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** Lines `export NAME=value` of a snippet. */
const exported = (text) => Object.fromEntries([...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

/** What each language does with its snippets; the packages are those that `.ci/browser` installed. */
const LANGUAGES = {
  curl: ([command]) => run("bash", ["-c", command]),
  async JavaScript([terminal, program]) {
    const file = join(modules, "first.mjs");
    writeFileSync(file, program);
    return run(process.execPath, [file], { env: { ...process.env, ...exported(terminal) } });
  },
  async Python([terminal, program]) {
    const file = join(modules, "first.py");
    writeFileSync(file, program);
    return run(join(modules, "python/bin/python"), [file], { env: { ...process.env, ...exported(terminal) } });
  },
  async Rust([terminal, program]) {
    const folder = join(modules, "first");
    mkdirSync(join(folder, "src"), { recursive: true });
    // the crate of this repository, with the versions of its lock file
    const manifest = `[package]\nname = "first"\nversion = "0.1.0"\nedition = "2024"\n[workspace]\n[dependencies]\ntraceable = { path = ${JSON.stringify(repository)} }\ntokio = { version = "1", features = ["full"] }\n`;
    writeFileSync(join(folder, "Cargo.toml"), manifest);
    copyFileSync(join(repository, "Cargo.lock"), join(folder, "Cargo.lock"));
    writeFileSync(join(folder, "src/main.rs"), program);
    return run("cargo", ["run", "--quiet"], { cwd: folder, env: { ...process.env, CARGO_TARGET_DIR: join(folder, "target"), ...exported(terminal) }, maxBuffer: 1 << 26 });
  },
};

for (const [language, start] of Object.entries(LANGUAGES)) {
  test(language, async () => {
    const server = await serve();
    const page = await open(browser, server, "/");
    await page.getByRole("tab", { name: language, exact: true }).click();
    const snippets = await page.getByRole("tabpanel").locator("pre").allInnerTexts();
    const { stdout } = await start(snippets);
    if (language !== "curl") assert.match(stdout, /what is known of frost/);
    await page.waitForURL("**/trace/*");
    const tree = page.getByRole("treegrid");
    await tree.getByText(language === "curl" ? "first_trace" : "answer").first().waitFor();
    if (language !== "curl") await tree.getByText("search").first().waitFor();
    await page.done();
    await server.stop();
  });
}
