// A trace as one HTML file that opens without a network: no script, no address, pictures within.

import { h, typeClass } from "./dom.js";
import { cost, duration, fullTime, plural, tokens } from "./format.js";
import { conversation } from "./messages.js";
import { files } from "./attachments.js";
import { endOf, sign } from "./run.js";

/** Pictures go into the file up to this size each and together. */
const PICTURE = 1 << 20,
  PICTURES = 12 << 20;

const STYLE = `:root{color-scheme:light dark;--line:light-dark(#e6e4e0,#2d2d32);--dim:light-dark(#57534c,#b3b0aa);--soft:light-dark(#f3f2ef,#222226);--err:light-dark(#b5301f,#f58d7c);
--chain:light-dark(#8a8377,#8f8a80);--llm:light-dark(#74469f,#c2a0ea);--tool:light-dark(#156f5e,#66c7b0);--retriever:light-dark(#2460a8,#86b5ec);--embedding:light-dark(#875a0e,#dcb066);--prompt:light-dark(#a03c66,#ea98b6);--parser:light-dark(#4c6b20,#a9cd70)}
body{margin:0 auto;max-width:1100px;padding:24px 16px;font:13px/1.45 system-ui,sans-serif;background:light-dark(#fff,#131315);color:light-dark(#1c1b19,#edecea)}
h1{font-size:18px;margin:0}.dim{color:var(--dim)}details{border-bottom:1px solid var(--line)}summary{display:grid;grid-template-columns:minmax(0,1fr) 80px 60px 32%;gap:8px;align-items:center;padding:4px;cursor:pointer;list-style:none}
summary:hover,details[open]>summary{background:var(--soft)}.n{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.r{text-align:right;font-variant-numeric:tabular-nums;color:var(--dim)}
.w{position:relative;height:12px}.w i{position:absolute;top:1px;height:10px;min-width:2px;border-radius:3px;background:var(--type)}.bad{--type:var(--err);color:var(--err)}bdi,pre{unicode-bidi:isolate}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);border-radius:6px;padding:8px 10px;font:12px/1.5 ui-monospace,Menlo,Consolas,monospace;margin:4px 0 10px;max-height:60vh;overflow:auto}
.d{padding:4px 12px 8px 24px}h2{font-size:12px;margin:6px 0 0;color:var(--dim)}img{max-width:100%;max-height:420px}
${["chain", "llm", "tool", "retriever", "embedding", "prompt", "parser"].map((type) => `.type-${type}{--type:var(--${type})}`).join("")}`;

async function pictures(runs) {
  const found = new Map();
  let all = 0;
  for (const run of runs) {
    for (const file of files(run)) {
      if (!/^image\/(png|jpeg|gif|webp)$/i.test(file.type) || all > PICTURES) continue;
      try {
        const blob = await (await fetch(file.path)).blob();
        if (blob.size > PICTURE) continue;
        all += blob.size;
        const url = await new Promise((done, failed) => {
          const reader = new FileReader();
          reader.onload = () => done(reader.result);
          reader.onerror = failed;
          reader.readAsDataURL(new Blob([blob], { type: file.type }));
        });
        found.set(run.id + file.name, url);
      } catch {
        /* the name alone is in the file then */
      }
    }
  }
  return found;
}

function said(part) {
  switch (part.kind) {
    case "text":
    case "reasoning":
      return (part.kind === "reasoning" ? "(reasoning) " : "") + part.text;
    case "call":
      return `→ ${part.name}(${typeof part.args === "string" ? part.args : JSON.stringify(part.args, null, 2)})`;
    case "result":
      return `← ${part.name || "result"}: ` + part.parts.map(said).join("\n");
    case "image":
      return part.url.startsWith("data:") ? "(image)" : "(image) " + part.url;
    default:
      return JSON.stringify(part.value, null, 2);
  }
}

function body(node, run, shown) {
  const box = h("div", { class: "d" });
  const block = (title, text) => {
    if (text) box.append(h("h2", { text: title }), h("pre", { text }));
  };
  if (node.missing) {
    box.append(h("p", { class: "dim", text: "This run was named as parent, but never received: " + node.id }));
    return box;
  }
  if (node.run.broken)
    block("Broken trace", [node.run.broken.text, node.run.broken.site, node.run.broken.fix].filter(Boolean).join("\n"));
  if (!run) return box;
  block("Error", run.error);
  let talk = null;
  try {
    talk = conversation(run);
  } catch {
    /* the JSON below has it */
  }
  for (const message of talk ? [...talk.before, ...talk.after] : []) block(message.role, message.parts.map(said).join("\n\n"));
  const json = (value) => (value && Object.keys(value).length ? JSON.stringify(value, null, 2) : "");
  block("Input", json(run.inputs));
  block("Output", json(run.outputs));
  block("Events", json(run.events));
  block("Metadata", json(run.extra));
  for (const file of files(run)) {
    const url = shown.get(run.id + file.name);
    box.append(h("h2", { text: `Attachment ${file.name} (${file.type})` }));
    if (url) {
      const img = h("img", { alt: file.name });
      img.setAttribute("src", url);
      box.append(img);
    }
  }
  block(
    "Run",
    [
      run.id,
      run.dotted_order,
      (run.tags || []).join(", "),
      `${fullTime(node.start)} to ${node.end == null ? "…" : fullTime(node.end)}`,
    ]
      .filter(Boolean)
      .join("\n"),
  );
  return box;
}

/** The file as text. */
export async function traceFile(doc, tree) {
  const answer = await fetch("/api/v1/runs/query", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      trace: doc.trace_id,
      select: ["id", "inputs", "outputs", "events", "extra", "error", "tags", "s3_urls"],
    }),
  });
  if (!answer.ok) throw new Error("the server answered " + answer.status);
  const runs = new Map((await answer.json()).runs.map((run) => [run.id, run]));
  const shown = await pictures(runs.values());
  const out = document.implementation.createHTMLDocument(doc.name || "trace");
  const meta = (props) => h("meta", props);
  out.head.prepend(
    meta({ charset: "utf-8" }),
    meta({ name: "viewport", content: "width=device-width,initial-scale=1" }),
    meta({ "http-equiv": "Content-Security-Policy", content: "default-src 'none'; style-src 'unsafe-inline'; img-src data:" }),
  );
  out.documentElement.lang = "en";
  const span = Math.max(tree.end - tree.start, 0.001);
  out.body.append(
    h("h1", {}, h("bdi", { text: doc.name || "trace" })),
    h("p", {
      class: "dim",
      text: [
        duration(span),
        plural(tree.runs, "run"),
        tree.errors ? plural(tree.errors, "error") : "",
        tree.used.total_tokens ? tokens(tree.used.total_tokens) + " tokens" : "",
        tree.used.cost ? cost(tree.used.cost) : "",
        fullTime(tree.start),
        doc.project,
      ]
        .filter(Boolean)
        .join(" · "),
    }),
  );
  for (const node of tree.order) {
    const [glyph, word] = sign(node.status);
    const bar = h("i", { class: node.status === "error" ? "bad" : typeClass(node.type) });
    if (node.start != null) {
      bar.style.left = ((node.start - tree.start) / span) * 100 + "%";
      bar.style.width = (Math.max(endOf(node, tree.end) - node.start, 0) / span) * 100 + "%";
    }
    const name = h(
      "span",
      { class: "n" + (node.status === "error" ? " bad" : ""), title: word },
      glyph + " ",
      h("bdi", { text: node.name.slice(0, 300) }),
      h("span", { class: "dim", text: "  " + node.type }),
    );
    name.style.paddingLeft = Math.min(node.depth, 30) * 14 + "px";
    out.body.append(
      h(
        "details",
        {},
        h(
          "summary",
          {},
          name,
          h("span", { class: "r", text: node.end == null || node.missing ? "" : duration(node.end - node.start) }),
          h("span", { class: "r", text: node.used.total_tokens ? tokens(node.used.total_tokens) : "" }),
          h("span", { class: "w" }, bar),
        ),
        body(node, runs.get(node.id), shown),
      ),
    );
  }
  // the page's own policy forbids the style here, not there; the first end of a head is the real one, for texts are escaped
  return "<!doctype html>\n" + out.documentElement.outerHTML.replace("</head>", () => `<style>${STYLE}</style></head>`);
}

export async function exportTrace(doc, tree) {
  const blob = new Blob([await traceFile(doc, tree)], { type: "text/html" });
  const url = URL.createObjectURL(blob);
  const name =
    String(doc.name || "trace")
      .replace(/[^\w-]+/g, "-")
      .slice(0, 60) || "trace";
  h("a", { href: url, download: `${name}-${doc.trace_id.slice(0, 8)}.html` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
