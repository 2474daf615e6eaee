// The page of a trace: header, tree with waterfall, detail pane; what the address says; keys; live updates.

import { h, s, clear, data, copyText } from "./dom.js";
import { plural } from "./format.js";
import { onKey, registerKeys, toast, liveStatus } from "./shell.js";
import { live } from "./live.js";
import { divider } from "./divider.js";
import { Header } from "./header.js";
import { Minimap } from "./minimap.js";
import { buildTree, nextError } from "./run.js";
import { TreeGrid } from "./tree.js";
import { Scale } from "./waterfall.js";

/** Runs that nothing was heard of for so long are not drawn growing: their process has most likely ended. */
const SILENT_MS = 10 * 60_000;

const id = decodeURIComponent(location.pathname.split("/").pop());
const params = new URLSearchParams(location.search);
const narrow = matchMedia("(max-width: 720px)");
let doc = data();
let tree = null;
// told by the first run that is read
let thread = "";

const scale = new Scale(() => {
  minimap.place();
  grid.soon(true);
  whole.disabled = !scale.window;
});
const minimap = new Minimap(scale);
const grid = new TreeGrid(scale, {
  selected(node, byUser) {
    detail.show(node, byUser);
    if (byUser) remember("run", node.id);
  },
  opened(node, byKey) {
    if (narrow.matches) sheet(true);
    else if (byKey) detail.el.querySelector('[role="tab"][tabindex="0"]')?.focus();
  },
  changed() {
    const open = grid.hits ? plural(grid.hits.size, "match", "matches") : "";
    if (found.textContent !== open) found.textContent = open;
  },
});
// the rows are painted without waiting for the pane; it comes at the same time
const pane = h("section", { class: "detail", "aria-label": "Run in detail" });
let detail = { el: pane, show() {} };
import("./detail.js").then(({ Detail }) => {
  detail = new Detail(pane, {
    tab: (name) => remember("tab", name),
    close: () => sheet(false),
    project: () => doc.project,
    loaded: (run) => {
      if (!run.thread_id || thread) return;
      thread = String(run.thread_id);
      head.show(doc, tree, grid.now, thread);
    },
  });
  detail.wanted = params.get("tab");
  if (grid.selected) detail.show(grid.selected);
});

const find = h("input", {
  class: "field",
  type: "search",
  placeholder: "Find in the tree",
  "aria-label": "Find in the tree",
  spellcheck: "false",
  on: {
    input: () => grid.find(find.value),
    keydown: (event) => {
      if (event.key === "Escape") {
        find.value = "";
        grid.find("");
        grid.el.focus();
      } else if (event.key === "Enter" || event.key === "ArrowDown") {
        const first = grid.rows.find((node) => !grid.hits || grid.hits.has(node));
        if (first) {
          grid.select(first, true);
          grid.el.focus();
        }
      } else return;
      event.preventDefault();
    },
  },
});
const found = h("span", { class: "finds", role: "status" });
const icon = (path) =>
  s(
    "svg",
    {
      viewBox: "0 0 16 16",
      width: 14,
      height: 14,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.5,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
    },
    s("path", { d: path }),
  );
const button = (label, title, click) =>
  h("button", { class: "btn quiet small icon", type: "button", title, "aria-label": title, on: { click } }, label);
const whole = button(icon("M2 3v10M14 3v10M4.5 8h7M6.5 6l-2 2 2 2M9.5 6l2 2-2 2"), "Whole trace (0)", () => scale.reset());
const errors = button([h("span", { class: "st-error", text: "✗" }), icon("M4 6.5l4 4 4-4")], "Next error (e)", () => error(1));
whole.disabled = true;
const head = new Header();
const tools = h(
  "div",
  { class: "tr tools" },
  h(
    "div",
    { class: "find-tools" },
    find,
    found,
    button(icon("M5 2.5l3 3 3-3M5 13.5l3-3 3 3M2.5 8h11"), "Collapse all", () => grid.collapseAll(true)),
    button(icon("M5 5.5l3-3 3 3M5 10.5l3 3 3-3M2.5 8h11"), "Expand all", () => grid.collapseAll(false)),
    errors,
    whole,
  ),
  minimap.el,
);
const left = h("div", { class: "left" }, tools, grid.el);
const split = h("div", { class: "split" });
const exporting = h("button", {
  class: "btn small",
  type: "button",
  text: "Export",
  title: "Save the trace as one HTML file",
  on: { click: save },
});
const linkButton = h("button", {
  class: "btn quiet small",
  type: "button",
  text: "Copy link",
  on: { click: (e) => copyText(location.href, e.currentTarget) },
});
split.append(left, divider(split), detail.el);
document
  .getElementById("main")
  .append(
    h(
      "div",
      { class: "trace" },
      h(
        "div",
        { class: "crumb" },
        head.title,
        head.facts,
        h("span", { class: "spacer" }),
        h("span", { class: "acts" }, linkButton, exporting),
      ),
      split,
    ),
  );

function remember(key, value) {
  const url = new URL(location.href);
  url.searchParams.set(key, value);
  history.replaceState(null, "", url);
}

/** On a narrow screen the detail lies over the tree. */
function sheet(open) {
  split.classList.toggle("sheet", open);
  if (open) detail.el.querySelector(".back")?.focus();
  else grid.el.focus();
}

function error(step) {
  const node = nextError(tree, grid.selected, step);
  if (node) grid.select(node, true);
  else toast("No run of this trace failed.");
}

/** The end of the axis: the last that was heard of, or now while something runs. */
function reach(now) {
  const growing = tree.pending > 0 && now - tree.seen < SILENT_MS;
  const end = growing ? Math.max(tree.end, now) : tree.end;
  const wide = scale.window && scale.to >= scale.end;
  scale.fit(tree.start, end);
  if (wide && scale.window) scale.window[1] = end;
  return growing ? now : end;
}

function show(next) {
  doc = next;
  tree = buildTree(doc);
  const now = reach(Date.now());
  grid.now = now;
  grid.show(tree);
  minimap.show(tree, now);
  head.show(doc, tree, now, thread);
  errors.hidden = !tree.errors;
  if (grid.selected) detail.show(grid.selected);
}

let timer = 0;
/** Only while something runs, and rarely for those who want no motion. */
function tick() {
  clearTimeout(timer);
  if (!tree.pending || Date.now() - tree.seen > SILENT_MS) return;
  timer = setTimeout(
    () => {
      if (!document.hidden) {
        const now = reach(Date.now());
        grid.grow(now);
        minimap.show(tree, now);
        head.grow(now);
      }
      tick();
    },
    matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : tree.order.length > 1000 ? 250 : 100,
  );
}

/** Only one request at a time: what changes meanwhile is asked for once, afterwards. */
let asking = false,
  again = false;
async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch("/api/local/trace/" + encodeURIComponent(id));
    if (answer.ok) {
      show(await answer.json());
      tick();
    } else if (answer.status === 404) toast("The trace is not in the store any more.");
  } catch {
    liveStatus("off");
  }
  setTimeout(
    () => {
      asking = false;
      if (again) {
        again = false;
        refresh();
      }
    },
    tree && tree.order.length > 1000 ? 500 : 50,
  );
}

async function save() {
  exporting.disabled = true;
  try {
    const { exportTrace } = await import("./export.js");
    await exportTrace(doc, tree);
  } catch (failed) {
    toast("Not exported: " + failed.message);
  }
  exporting.disabled = false;
}

async function begin() {
  if (!doc || !Array.isArray(doc.runs)) {
    const answer = await fetch("/api/local/trace/" + encodeURIComponent(id)).catch(() => null);
    doc = answer?.ok ? await answer.json() : null;
  }
  if (!doc || !doc.runs.length) {
    clear(document.getElementById("main")).append(
      h(
        "div",
        { class: "empty" },
        h("h2", { text: "No such trace" }),
        h("p", { text: "It was deleted, or its first run has not arrived yet." }),
        h("a", { class: "btn", href: "/", text: "All traces" }),
      ),
    );
    live(0, ({ traces }) => {
      if (traces === null || traces.includes(id))
        fetch("/api/local/trace/" + encodeURIComponent(id)).then((a) => a.ok && location.reload());
    });
    return;
  }
  show(doc);
  const asked = params.get("run");
  const node = tree.nodes.get(asked) || tree.roots.find((one) => !one.missing) || tree.roots[0];
  grid.select(node, false);
  if (asked && narrow.matches && tree.nodes.has(asked)) split.classList.add("sheet");
  performance.mark("rows");
  tick();
  live(doc.seq || 0, ({ traces }) => {
    if (traces === null || traces.includes(id)) refresh();
  });
  new MutationObserver(() => minimap.soon()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => minimap.soon());
}

registerKeys([
  ["↑ ↓", "go through the runs"],
  ["j k", "next, previous run"],
  ["← →", "collapse and expand, to the parent"],
  ["Home End", "first, last run"],
  ["Enter", "to the details"],
  ["Esc", "back to the tree"],
  ["e E", "next, previous error"],
  ["/", "find in the tree"],
  ["f", "zoom to the run"],
  ["0", "the whole trace"],
]);
// without a tab stop of its own the page gives the arrows to the tree
for (const key of ["ArrowDown", "ArrowUp"]) {
  onKey(key, () => {
    if (document.activeElement !== document.body) return false;
    grid.el.focus({ preventScroll: true });
    grid.move(key === "ArrowDown" ? 1 : -1);
  });
}
onKey("j", () => grid.move(1));
onKey("k", () => grid.move(-1));
onKey("e", () => error(1));
onKey("E", () => error(-1));
onKey("/", () => {
  find.focus();
  find.select();
});
onKey("f", () => {
  if (grid.selected) scale.around(grid.selected, grid.now);
});
onKey("0", () => scale.reset());
onKey("Escape", () => {
  if (split.classList.contains("sheet")) sheet(false);
  else if (find.value) {
    find.value = "";
    grid.find("");
  } else grid.el.focus();
});
begin();
