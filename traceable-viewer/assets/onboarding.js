// The first steps: a program to copy for each language.
import { h, clear, copyText } from "./dom.js";

const LANGUAGES = [["rust", "Rust"], ["python", "Python"], ["js", "JavaScript"], ["curl", "curl"]];

const environment = (url) => `export LANGSMITH_TRACING=true
export LANGSMITH_ENDPOINT=${url}
export LANGSMITH_API_KEY=any`;

// Each language: where it goes, and what.
const SNIPPETS = {
  rust: (url) => [["Terminal", `cargo add traceable && cargo add tokio --features full
${environment(url)}`], ["src/main.rs, then cargo run", `use traceable::traceable;

#[traceable(run_type = "tool")]
async fn search(question: &str) -> Vec<String> {
    vec![format!("what is known of {question}")]
}

#[traceable]
async fn answer(question: &'static str) -> String {
    // another task, the right parent
    tokio::spawn(search(question)).await.unwrap_or_default().concat()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _guard = traceable::init()?;
    println!("{}", answer("frost").await);
    Ok(())
}`]],
  python: (url) => [["Terminal", `pip install langsmith
${environment(url)}`], ["first.py, then python first.py", `from langsmith import traceable

@traceable(run_type="tool")
def search(question: str) -> list[str]:
    return [f"what is known of {question}"]

@traceable
def answer(question: str) -> str:
    return " ".join(search(question))

print(answer("frost"))`]],
  js: (url) => [["Terminal", `npm install langsmith
${environment(url)}`], ["first.mjs, then node first.mjs", `import { Client } from "langsmith";
import { traceable } from "langsmith/traceable";

const client = new Client();
const search = traceable(async (question) => [\`what is known of \${question}\`],
  { name: "search", run_type: "tool", client });
const answer = traceable(async (question) => (await search(question)).join(" "),
  { name: "answer", client });

console.log(await answer("frost"));
await client.awaitPendingTraceBatches();`]],
  curl: (url) => {
    // Another id each time, so that a second copy is a second trace.
    const now = Date.now();
    return [["Terminal", `curl -sS -X POST '${url}/runs' -H 'content-type: application/json' -d '{
  "id": "${uuid()}",
  "name": "first_trace",
  "run_type": "chain",
  "start_time": "${new Date(now - 420).toISOString()}",
  "end_time": "${new Date(now).toISOString()}",
  "inputs": { "question": "frost" },
  "outputs": { "answer": "what is known of frost" }
}'`]];
  },
};

// crypto.randomUUID needs https on any host but this machine.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const WORDS = /("(?:[^"\\\n]|\\.)*"|`[^`]*`)|((?:^|\s)(?:#(?!\[)|\/\/)[^\n]*)|\b(use|fn|async|await|let|from|import|def|return|const|export|curl)\b/g;

/** Colours for texts, comments and a few words. */
function painted(source) {
  const out = [];
  let at = 0;
  for (const found of source.matchAll(WORDS)) {
    out.push(source.slice(at, found.index), h("span", { class: found[1] ? "s" : found[2] ? "c" : "k", text: found[0] }));
    at = found.index + found[0].length;
  }
  return [...out, source.slice(at)];
}

/** Draws into `place`; `info` is the answer of /api/local/info. */
export function onboarding(place, info) {
  const url = (info.url || location.origin).replace(/\/$/, "");
  let chosen = "rust";
  try {
    if (SNIPPETS[localStorage.getItem("language")]) chosen = localStorage.getItem("language");
  } catch { /* Storage may be blocked. */ }

  const panel = h("div", { id: "snippet", role: "tabpanel" });
  function draw() {
    const steps = SNIPPETS[chosen](url);
    clear(panel).append(...steps.flatMap(([where, text], i) => {
      const code = h("code", {}, painted(text));
      const copy = h("button", { class: "btn", type: "button", text: "Copy", "aria-label": `Copy: ${where}`, on: { click: () => {
        // What is copied is also what is shown.
        const now = SNIPPETS[chosen](url)[i][1];
        clear(code).append(...painted(now));
        copyText(now + "\n", copy);
      } } });
      return [h("div", { class: "step" }, where, h("span", { class: "spacer" }), copy), h("pre", { tabindex: "0" }, code)];
    }));
  }
  const tabs = LANGUAGES.map(([id, label]) => h("button", {
    type: "button", role: "tab", id: "tab-" + id, "aria-controls": "snippet", text: label,
    on: { click: () => choose(id), keydown: (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = (LANGUAGES.findIndex(([one]) => one === id) + by + LANGUAGES.length) % LANGUAGES.length;
      choose(LANGUAGES[next][0]);
      tabs[next].focus();
    } },
  }));

  function choose(id) {
    chosen = id;
    try { localStorage.setItem("language", id); } catch { /* Storage may be blocked. */ }
    for (const [i, tab] of tabs.entries()) {
      const on = LANGUAGES[i][0] === id;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", "tab-" + id);
    draw();
  }
  choose(chosen);

  clear(place).append(h("section", { class: "first", "aria-label": "First steps" },
    h("h2", { text: "Send the first trace" }),
    h("p", {}, "This server takes what LangSmith's clients send, at ", h("code", { text: url }), ". Run one of these, or a program of yours with the same variables."),
    h("p", { class: "wait", role: "status", text: "Waiting for the first trace. This page turns to it." }),
    h("div", { class: "snippet" }, h("div", { class: "tablist", role: "tablist", "aria-label": "Language" }, tabs), panel),
    h("p", { class: "faint" }, "Nothing at hand? ", h("code", { text: "traceable demo" }), " stores examples, ", h("code", { text: "traceable doctor" }), " says why no traces arrive.")));
}
