// The list: traces, runs, threads, projects. The address is the state; rows come by cursor.
import { h, clear, data } from "./dom.js";
import { onKey, registerKeys } from "./shell.js";
import { live } from "./live.js";
import { filterBar } from "./filter.js";
import { chart } from "./chart.js";
import { COLUMNS, address, drawRow, elapsed, keyOf, patchRow } from "./columns.js";
import { plural } from "./format.js";
import { onboarding } from "./onboarding.js";

const LIMIT = 50;
const KEYS = ["tab", "project", "filter", "search", "sort", "from", "to"];
const WORDS = { traces: "trace", runs: "run", threads: "thread", projects: "project" };

let state = read();
let rows = new Map(); // key -> {row, el}, in the order of the screen
let cursor = null;
let newestStart = 0;
let loading = null;
let over = false;

const main = document.getElementById("main");
main.classList.add("list");
const bar = filterBar(change);
const overTime = chart((from, to) => change({ from: String(from), to: String(to) }));
const fresh = h("button", { class: "btn primary pill", type: "button", hidden: true, on: { click: showNew } });
const head = h("div", { role: "rowgroup", class: "thead" });
const body = h("div", { role: "rowgroup", class: "tbody" });
const table = h("div", { role: "table", class: "table", "aria-busy": "false", on: { pointerenter: () => (over = true), pointerleave: () => (over = false) } }, head, body);
const foot = h("div", { class: "foot" });
const title = h("h1", { class: "sr" });

function read() {
  const query = new URLSearchParams(location.search);
  const next = Object.fromEntries(KEYS.map((key) => [key, query.get(key) || ""]));
  if (!COLUMNS[next.tab]) next.tab = "traces";
  return next;
}

function change(part) {
  const next = { ...state, ...part };
  if (KEYS.every((key) => next[key] === state[key])) return;
  // Letters of a search are one step of the history, not many.
  const typing = state.search && next.search && next.search !== state.search;
  history[typing ? "replaceState" : "pushState"](null, "", address(next));
  state = next;
  load();
}

function api(path, more) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...state, ...more })) if (value) query.set(key, value);
  return `/api/local/${path}?${query}`;
}

async function ask(url, signal) {
  const answer = await fetch(url, { signal });
  const json = await answer.json().catch(() => ({ detail: `The server answered ${answer.status}.` }));
  return answer.ok ? json : { detail: `The server answered ${answer.status}.`, ...json, failed: true };
}

async function load() {
  loading?.abort();
  const mine = (loading = new AbortController());
  drawFrame();
  table.setAttribute("aria-busy", "true");
  try {
    const answer = await ask(api("list", { limit: LIMIT }), mine.signal);
    if (mine === loading) show(answer);
  } catch (error) {
    if (error.name !== "AbortError") show({ failed: true, detail: "The server does not answer." });
  }
  if (mine === loading) loadChart();
}

/** Everything but the rows. */
function drawFrame() {
  document.title = `${state.project || WORDS[state.tab][0].toUpperCase() + WORDS[state.tab].slice(1) + "s"} · traceable`;
  title.textContent = `${WORDS[state.tab]}s${state.project ? ` of ${state.project}` : ""}`;
  table.className = `table t-${state.tab}`;
  table.setAttribute("aria-label", title.textContent);
  bar.draw(state);
  for (const link of document.querySelectorAll("header.top nav a")) {
    const to = new URL(link.href);
    if (to.pathname === "/nesting") link.href = state.project ? "/nesting?project=" + encodeURIComponent(state.project) : "/nesting";
    if (to.pathname !== "/") continue;
    const tab = to.searchParams.get("tab") || "traces";
    const same = [state.tab, tab].every((t) => t === "traces" || t === "runs");
    link.href = address({ tab, project: state.project, ...(same ? { filter: state.filter, search: state.search, from: state.from, to: state.to } : {}) });
    if (tab === state.tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  clear(head).append(h("div", { role: "row", class: "tr" }, COLUMNS[state.tab].map(header)));
}

function header(column) {
  const cls = `td c-${column.id}${column.num ? " num" : ""}`;
  if (!column.sort) return h("div", { role: "columnheader", class: cls }, h("span", { class: column.quiet ? "sr" : "", text: column.label }));
  const sort = state.sort || "-start";
  const down = sort === "-" + column.sort;
  const up = sort === column.sort;
  const next = column.sort === "name" ? (up ? "-name" : down ? "" : "name") : down ? column.sort : up && column.sort !== "start" ? "" : "-" + column.sort;
  return h("div", { role: "columnheader", class: cls, "aria-sort": down ? "descending" : up ? "ascending" : null },
    h("button", { type: "button", class: "sort", on: { click: () => { change({ sort: next }); head.querySelector(`.c-${column.id} button`)?.focus(); } } },
      column.label, h("span", { class: "arrow", "aria-hidden": "true", text: down ? "↓" : up ? "↑" : "" })));
}

/** The first page of a state. */
function show(answer) {
  table.setAttribute("aria-busy", "false");
  fresh.hidden = true;
  if (answer.failed || !answer.rows) {
    if (answer.column !== undefined || state.filter || state.search) bar.fail(answer);
    rows = new Map();
    cursor = null;
    clear(body);
    clear(foot).append(empty("No answer", answer.detail || "The list could not be read."));
    return;
  }
  fill(answer);
}

/** Makes the list equal to a page; rows that stay keep their element. */
function fill(answer) {
  const before = rows;
  rows = new Map();
  for (const row of answer.rows) put(row, before);
  body.replaceChildren(...[...rows.values()].map((one) => one.el));
  cursor = answer.cursor || null;
  // The first page of another order does not hold the newest: there, new is what starts from now on.
  newestStart = Math.max(inOrder() ? 0 : Date.now(), ...answer.rows.map((row) => row.start || row.last_start || 0));
  drawFoot();
}

const inOrder = () => !state.sort || state.sort === "-start";

function put(row, before) {
  const key = keyOf(state.tab, row);
  const old = before?.get(key) || rows.get(key);
  if (old && old.el.dataset.tab === state.tab) {
    if (JSON.stringify(old.row) !== JSON.stringify(row)) patchRow(old.el, state.tab, row);
    rows.set(key, { row, el: old.el });
    return null;
  }
  const el = drawRow(state.tab, row);
  el.dataset.tab = state.tab;
  rows.set(key, { row, el });
  return el;
}

function drawFoot() {
  clear(foot);
  table.hidden = rows.size === 0;
  if (cursor) {
    foot.append(h("button", { class: "btn", type: "button", text: "Load more", on: { click: more } }));
    return;
  }
  if (rows.size) foot.append(h("p", { class: "faint", text: `${rows.size === 1 ? "The only" : "All"} ${rows.size === 1 ? WORDS[state.tab] : plural(rows.size, WORDS[state.tab])}` }));
  else if (state.filter || state.search || state.from || state.to) {
    foot.append(empty(`No ${WORDS[state.tab]}s match`, state.tab === "traces" ? "A filter of traces looks at their roots. The tab Runs looks at every run." : "Remove a filter, or choose a longer time.",
      h("button", { class: "btn", type: "button", text: "Clear filters", on: { click: () => change({ filter: "", search: "", from: "", to: "" }) } })));
  } else if (state.tab === "threads") foot.append(empty("No threads", h("span", {}, "Runs that carry ", h("code", { text: "thread_id" }), " in their metadata are the turns of a thread.")));
  else if (state.project) foot.append(empty(`Nothing in ${state.project}`, "This project has no runs yet. They show here as they arrive.", h("button", { class: "btn", type: "button", text: "All projects", on: { click: () => change({ project: "" }) } })));
  else begin();
}

function empty(head, text, ...more) {
  return h("div", { class: "empty" }, h("h2", { text: head }), h("p", {}, text), more);
}

let fetching = false;
async function more() {
  if (!cursor || fetching) return;
  fetching = true;
  const mine = loading;
  const from = cursor;
  try {
    const answer = await ask(api("list", { limit: LIMIT, cursor: from }), mine?.signal);
    if (mine === loading && cursor === from && answer.rows) {
      for (const row of answer.rows) {
        const el = put(row);
        if (el) body.append(el);
      }
      cursor = answer.cursor || null;
      drawFoot();
    }
  } catch { /* The button stays for another try. */ }
  fetching = false;
  watchEnd();
}

const end = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && more(), { rootMargin: "800px" });
// Observed anew after each page: an end that stays in view is told only once.
function watchEnd() {
  end.unobserve(foot);
  if (cursor) end.observe(foot);
}

async function loadChart() {
  if (state.tab === "threads" || state.tab === "projects") return void (overTime.el.hidden = true);
  const mine = loading;
  try {
    const answer = await ask(api("chart"), mine?.signal);
    if (mine === loading) overTime.draw(answer.failed ? null : answer);
  } catch { /* A list without its chart is still a list. */ }
  watchEnd();
}

// ---- changes as they arrive

let refreshing = false;
let again = null;
let chartAt = 0;

async function refresh(changed) {
  if (refreshing || document.hidden) {
    again = { traces: changed.traces && again?.traces ? [...new Set([...again.traces, ...changed.traces])] : again ? null : changed.traces };
    return;
  }
  refreshing = true;
  const began = performance.now();
  const mine = loading;
  try {
    const newest = await ask(api("list", { limit: LIMIT, sort: state.tab === "traces" || state.tab === "runs" ? "-start" : "" }), mine?.signal);
    if (mine === loading && newest.rows) await merge(newest, changed.traces, mine);
    if (mine === loading && Date.now() - chartAt > 4000) {
      chartAt = Date.now();
      loadChart();
    }
  } catch { /* The next change asks again. */ }
  setTimeout(() => {
    refreshing = false;
    const next = again;
    again = null;
    if (next) refresh(next);
  }, Math.max(200, (performance.now() - began) * 2));
}

async function merge(newest, traces, mine) {
  const added = newest.rows.filter((row) => !rows.has(keyOf(state.tab, row)) && (!rows.size || (row.start || row.last_start || 0) >= newestStart));
  const still = scrollY < 8 && !over && !body.contains(document.activeElement) && inOrder();
  if (rows.size === 0 || (still && added.length)) {
    // Nobody points at a row: the top of the list may follow.
    const known = new Set(rows.keys());
    fill(newest);
    if (known.size) for (const [key, one] of rows) one.el.classList.toggle("fresh", !known.has(key));
    fresh.hidden = true;
    watchEnd();
    return;
  }
  for (const row of newest.rows) if (rows.has(keyOf(state.tab, row))) put(row);
  if (added.length) {
    fresh.textContent = `↑ ${added.length}${added.length >= LIMIT ? "+" : ""} new`;
    fresh.hidden = false;
  }
  await patchSeen(newest, traces, mine);
}

/** Rows on the screen that changed and are not among the newest. */
async function patchSeen(newest, traces, mine) {
  if (state.tab !== "traces" && state.tab !== "runs") return;
  const had = new Set(newest.rows.map((row) => row.id));
  const changed = traces && new Set(traces);
  const ids = [];
  for (const { row, el } of rows.values()) {
    if (had.has(row.id) || (changed && !changed.has(row.trace_id)) || (!changed && row.status !== "pending")) continue;
    const at = el.getBoundingClientRect();
    if (at.bottom > 0 && at.top < innerHeight) ids.push(row.id);
  }
  if (!ids.length) return;
  const filter = `in(id, [${ids.slice(0, LIMIT).map((id) => JSON.stringify(id)).join(", ")}])`;
  const answer = await ask(`/api/local/list?${new URLSearchParams({ tab: state.tab, filter, limit: LIMIT })}`, mine?.signal);
  if (mine === loading && answer.rows) for (const row of answer.rows) if (rows.has(keyOf(state.tab, row))) put(row);
}

function showNew() {
  fresh.hidden = true;
  scrollTo({ top: 0 });
  if (state.sort && state.sort !== "-start") change({ sort: "" });
  else load();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !again) return;
  const next = again;
  again = null;
  refresh(next);
});

setInterval(() => {
  if (document.hidden) return;
  for (const el of body.querySelectorAll("[data-since]")) el.textContent = elapsed(Number(el.dataset.since));
}, 1000);

// ---- keys

function step(by) {
  const list = [...rows.values()];
  if (!list.length) return false;
  const now = list.findIndex((one) => one.el.contains(document.activeElement));
  const next = list[now < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, now + by))];
  next.el.querySelector("a.hit").focus({ preventScroll: true });
  next.el.scrollIntoView({ block: "nearest" });
  if (by > 0 && next === list[list.length - 1]) more();
}

for (const key of ["j", "ArrowDown"]) onKey(key, () => step(1));
for (const key of ["k", "ArrowUp"]) onKey(key, () => step(-1));
onKey("n", () => (fresh.hidden ? false : showNew()));
registerKeys([["j k", "next, previous row; arrows too"], ["Enter", "open the row"], ["/", "edit the filter"], ["s", "search the text"], ["n", "show what is new"]]);

// ---- the start

let begun = false;
async function begin() {
  if (begun) return;
  begun = true;
  const info = await ask("/api/local/info").catch(() => null);
  begun = false;
  if (!info || info.failed || rows.size) return;
  if (info.runs > 0) return void foot.append(empty(`No ${WORDS[state.tab]}s`, "The database holds runs, none of them here."));
  for (const part of [bar.el, overTime.el]) part.hidden = true;
  onboarding(foot, info);
}

async function names() {
  const info = await ask("/api/local/info").catch(() => null);
  if (info?.projects) bar.projects(info.projects);
}

const first = data();
main.append(title, bar.el, overTime.el, h("div", { class: "float", role: "status" }, fresh), table, foot);
loading = new AbortController();
drawFrame();
if (first?.rows || first?.detail) show({ failed: !first.rows, ...first });
else load();
watchEnd();
addEventListener("popstate", () => { state = read(); load(); });
live(first?.seq, refresh);
requestAnimationFrame(() => setTimeout(() => { loadChart(); names(); }));
