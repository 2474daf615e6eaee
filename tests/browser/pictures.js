// The pictures of README, from `demo`: `.ci/browser pictures`. The clock stands still, so they are the same each time on
// a machine with the same fonts.
import { fileURLToPath } from "node:url";
import { launch, open } from "./browser.js";
import { serve } from "./server.js";

const NOW = "2026-01-05T10:00:00Z";
const folder = fileURLToPath(new URL("../../docs/", import.meta.url));

const server = await serve();
const browser = await launch();
try {
  await server.demo("--at", NOW);
  const { trace_id } = await server.trace("support_chat");
  const { runs } = await server.get(`/api/local/trace/${trace_id}`);
  const run = runs.find(({ name }) => name === "decide").id;
  for (const dark of [false, true]) {
    const page = await open(browser, server, "about:blank", { dark, width: 1200, height: 520 });
    await page.clock.setFixedTime(NOW);
    await page.goto(`/trace/${trace_id}?run=${run}`);
    await page.getByRole("tab", { name: "Chat" }).waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await page.screenshot({ path: `${folder}trace-${dark ? "dark" : "light"}.png`, animations: "disabled" });
    await page.done();
  }
} finally {
  await browser.close();
  await server.stop();
}
