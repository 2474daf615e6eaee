// The columns of the four lists, and where a row leads.
import { h, kind, status, clear } from "./dom.js";
import { cost, duration, fullTime, group, plural, time, tokens } from "./format.js";
import { quote } from "./filter-text.js";

/** The page's own address for a state. */
export function address(state) {
  const query = new URLSearchParams();
  for (const key of ["tab", "project", "filter", "search", "sort", "from", "to"]) {
    const value = state[key];
    if (value && !(key === "tab" && value === "traces") && !(key === "sort" && value === "-start")) query.set(key, value);
  }
  const text = query.toString();
  return text ? "/?" + text : "/";
}

export const keyOf = (tab, row) => (tab === "threads" ? `${row.project}\n${row.id}` : row.id);

export function linkOf(tab, row) {
  if (tab === "threads") return address({ project: row.project, filter: `eq(thread_id, ${quote(row.id)})`, sort: "start" });
  if (tab === "projects") return address({ project: row.name });
  const trace = "/trace/" + encodeURIComponent(row.trace_id);
  return tab === "runs" && row.id !== row.trace_id ? `${trace}?run=${encodeURIComponent(row.id)}` : trace;
}

const text = (value, cls) => h("span", { class: cls || "clip", text: value ?? "", title: value && value.length > 24 ? value : null });
const when = (ms) => h("time", { datetime: ms ? new Date(ms).toISOString() : null, title: fullTime(ms), text: time(ms) });
const bad = (n) => n > 0 && h("span", { class: "bad", text: "✗ " + plural(n, "error") });

function link(tab, row, label) {
  return h("a", { class: "hit clip", href: linkOf(tab, row), text: label || "(no name)", title: label });
}

function name(tab) {
  return (row) => [
    link(tab, row, row.name),
    (tab === "runs" || row.run_type !== "chain") && kind(row.run_type),
    row.broken && h("span", { class: "chip broken", title: row.broken === true ? "Broken trace" : `Broken trace: ${row.broken}`, text: "⚠ broken" }),
    tab === "traces" && row.runs > 1 && h("span", { class: "faint small count", text: plural(row.runs, "run") }),
    tab === "traces" && (row.status === "error" ? row.errors > 1 : row.errors > 0) && bad(row.errors),
  ];
}

function latency(row) {
  if (row.status !== "pending") return h("span", { text: duration(row.latency_ms) });
  return h("span", { class: "running", data: { since: row.start }, text: elapsed(row.start) });
}

/** What a run in flight shows for its latency. */
export function elapsed(start) {
  return "… " + duration(Math.max(0, Math.round((Date.now() - start) / 100) * 100));
}

function output(row) {
  return row.error ? text(row.error, "clip bad") : said(row.output);
}

/** A preview; of messages the last text, because their JSON begins alike. */
function said(preview) {
  if (!preview) return null;
  if (!/^\s*[[{].*"(messages|content)":/.test(preview)) return text(preview);
  const last = [...preview.matchAll(/"(?:content|text)":\s*"((?:[^"\\]|\\.)+)/g)].pop();
  if (!last) return text(preview);
  const plain = last[1].replace(/\\u([\da-f]{4})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))).replace(/\\[nrt]/g, " ").replace(/\\(.)/g, "$1");
  return h("span", { class: "clip", text: plain, title: preview });
}

function tags(row) {
  const list = row.tags || [];
  if (!list.length) return null;
  return h("span", { class: "tags", title: list.join(", ") }, h("span", { class: "chip clip", text: list[0] }), list.length > 1 && h("span", { class: "faint small", text: "+" + (list.length - 1) }));
}

const used = (row) => h("span", { text: tokens(row.total_tokens || null), title: row.prompt_tokens || row.completion_tokens ? `${group(row.prompt_tokens || 0)} prompt + ${group(row.completion_tokens || 0)} completion` : null });
const money = (row) => h("span", { text: cost(row.cost) });

// Cards have no header: there the number says its word.
const counted = (n, word) => h("span", { text: group(n || 0), data: { word: n === 1 ? " " + word : ` ${word}s` } });

function runColumns(tab) {
  return [
    { id: "status", label: "Status", quiet: true, cell: (row) => status(row.status) },
    { id: "name", label: "Name", sort: "name", cell: name(tab) },
    { id: "input", label: "Input", cell: (row) => said(row.input) },
    { id: "output", label: "Output", cell: output },
    { id: "start", label: "Start", sort: "start", cell: (row) => when(row.start) },
    { id: "latency", label: "Latency", sort: "latency", num: true, cell: latency },
    { id: "first", label: "First token", num: true, cell: (row) => h("span", { text: duration(row.first_token_ms) }) },
    { id: "tokens", label: "Tokens", sort: "tokens", num: true, cell: used },
    { id: "cost", label: "Cost", sort: "cost", num: true, cell: money },
    { id: "tags", label: "Tags", cell: tags },
    { id: "project", label: "Project", cell: (row) => text(row.project) },
  ];
}

export const COLUMNS = {
  traces: runColumns("traces"),
  runs: runColumns("runs"),
  threads: [
    { id: "name", label: "Thread", cell: (row) => [link("threads", row, row.id), bad(row.errors)] },
    { id: "input", label: "First input", cell: (row) => said(row.first_input) },
    { id: "output", label: "Last output", cell: (row) => said(row.last_output) },
    { id: "count", label: "Turns", num: true, cell: (row) => counted(row.turns, "turn") },
    { id: "start", label: "Last turn", cell: (row) => when(row.end || row.start) },
    { id: "tokens", label: "Tokens", num: true, cell: used },
    { id: "cost", label: "Cost", num: true, cell: money },
    { id: "project", label: "Project", cell: (row) => text(row.project) },
  ],
  projects: [
    { id: "name", label: "Project", cell: (row) => [link("projects", row, row.name), bad(row.errors)] },
    { id: "broken", label: "Nesting", cell: (row) => (row.broken ? h("a", { class: "chip broken", href: "/nesting?project=" + encodeURIComponent(row.name), text: "⚠ " + plural(row.broken, "broken trace") }) : h("span", { class: "faint", text: "✓ as called" })) },
    { id: "count", label: "Traces", num: true, cell: (row) => counted(row.traces, "trace") },
    { id: "runs", label: "Runs", num: true, cell: (row) => h("span", { text: group(row.runs) }) },
    { id: "latency", label: "p50", num: true, cell: (row) => h("span", { text: duration(row.p50_ms) }) },
    { id: "first", label: "p95", num: true, cell: (row) => h("span", { text: duration(row.p95_ms) }) },
    { id: "tokens", label: "Tokens", num: true, cell: used },
    { id: "cost", label: "Cost", num: true, cell: money },
    { id: "start", label: "Last run", cell: (row) => when(row.last_start) },
  ],
};

/** A row; its first link covers all of it. */
export function drawRow(tab, row) {
  const el = h("div", { role: "row", class: "tr" }, COLUMNS[tab].map((column) => cell(column, row)));
  mark(el, row);
  return el;
}

function cell(column, row) {
  return h("div", { role: "cell", class: `td c-${column.id}${column.num ? " num" : ""}` }, column.cell(row));
}

function mark(el, row) {
  el.classList.toggle("failed", row.status === "error");
}

/** Draws the cells that changed, and keeps the focus of the link. */
export function patchRow(el, tab, row) {
  mark(el, row);
  for (const [i, column] of COLUMNS[tab].entries()) {
    const old = el.children[i];
    const next = cell(column, row);
    if (old.isEqualNode(next)) continue;
    const focused = old.contains(document.activeElement);
    clear(old).append(...next.childNodes);
    if (focused) old.querySelector("a")?.focus();
  }
}
