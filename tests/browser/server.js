// The real program on a database of its own.
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const program = process.env.TRACEABLE_BIN;
if (!program) throw new Error("TRACEABLE_BIN must name the program; .ci/browser sets it");

/** How long the program may take to listen, on a machine that is busy twice over. */
const PATIENCE_MS = 60_000;

const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TRACEABLE_|LANGSMITH_|LANGCHAIN_|OTEL_)/.test(name)));

/** Starts it at a free port; `demo` are the traces to store, `["--only", name]`, `[]` for all, none if left out. */
export async function serve({ demo } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "traceable-browser-"));
  const child = spawn(program, ["serve", "--port", "0", "--db", join(folder, "t.db")], { env: environment(), stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`it does not listen: ${said}`)), PATIENCE_MS);
    child.on("exit", (code) => reject(new Error(`it ended with ${code}: ${said}`)));
    child.stderr.on("data", (text) => {
      said += text;
      const found = /listening on (http:\S+?),/.exec(said);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    });
  });
  const server = {
    url,
    async demo(...more) {
      const { stdout } = await promisify(execFile)(program, ["demo", "--endpoint", url, ...more], { env: environment() });
      return stdout.trim().split("\n");
    },
    async get(path) {
      const answer = await fetch(url + path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return answer.json();
    },
    /** The newest trace with this name. */
    async trace(name) {
      const { rows } = await server.get("/api/local/list?" + new URLSearchParams({ tab: "traces", filter: `eq(name, ${JSON.stringify(name)})` }));
      return rows[0];
    },
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (demo) await server.demo(...demo);
  return server;
}
