// The list: traces, runs, threads, projects. The address is the state; rows come by cursor.
import { h, clear, data } from "./dom.js";
import { onKey, registerKeys } from "./shell.js";
import { live } from "./live.js";
import { filterBar } from "./filter.js";
import { chart } from "./chart.js";
import { listTable } from "./table.js";
import { COLUMNS, address } from "./columns.js";
import { plural } from "./format.js";

const LIMIT = 50;
const KEYS = ["tab", "project", "filter", "search", "sort", "from", "to"];
const ALL = { filter: "", search: "", from: "", to: "" };
const WORDS = { traces: "trace", runs: "run", threads: "thread", projects: "project" };

let state = read();
let cursor = null;
let newestStart = 0;
let broken = false;
let loading = new AbortController();

const main = document.getElementById("main");
main.classList.add("list");
const bar = filterBar(change);
const overTime = chart((from, to) => change({ from: String(Math.floor(from)), to: String(Math.ceil(to)) }));
const table = listTable((sort) => change({ sort }));
const fresh = h("button", { class: "btn primary pill", type: "button", hidden: true, on: { click: showNew } });
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

const word = (n) => (n === 1 ? WORDS[state.tab] : state.tab);
const runsShown = () => state.tab === "traces" || state.tab === "runs";
const inOrder = () => !state.sort || state.sort === "-start";
const filtered = () => Boolean(state.filter || state.search || state.from || state.to);

function api(path, more) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...state, ...more })) if (value) query.set(key, value);
  return `/api/local/${path}?${query}`;
}

/** The answer, or `{failed, detail}`; null when it is of a state that has passed. */
async function ask(url) {
  const mine = loading;
  let json;
  try {
    const answer = await fetch(url, { signal: mine.signal });
    json = { failed: !answer.ok, ...(await answer.json().catch(() => ({ failed: true, detail: `The server answered ${answer.status}.` }))) };
  } catch {
    json = { failed: true, detail: "The server does not answer." };
  }
  return mine === loading ? json : null;
}

async function load(back) {
  loading.abort();
  loading = new AbortController();
  drawFrame();
  table.el.setAttribute("aria-busy", "true");
  const answer = await ask(api("list", { limit: back?.rows || LIMIT }));
  if (!answer) return;
  show(answer);
  if (back) scrollTo({ top: back.y });
}

/** Everything but the rows. */
function drawFrame() {
  const of = state.project ? ` of ${state.project}` : "";
  title.textContent = state.tab[0].toUpperCase() + state.tab.slice(1) + of;
  document.title = `${title.textContent} · traceable`;
  bar.draw(state);
  table.draw(state.tab, state.sort, title.textContent);
  for (const link of document.querySelectorAll("header.top nav a")) {
    const to = new URL(link.href);
    if (to.pathname === "/nesting") link.href = state.project ? "/nesting?project=" + encodeURIComponent(state.project) : "/nesting";
    if (to.pathname !== "/") continue;
    const tab = to.searchParams.get("tab") || "traces";
    const { filter, search, from, to: until } = state;
    const same = runsShown() && (tab === "traces" || tab === "runs");
    link.href = address({ tab, project: state.project, ...(same ? { filter, search, from, to: until } : {}) });
    if (tab === state.tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** The first page of a state. */
function show(answer) {
  table.el.setAttribute("aria-busy", "false");
  fresh.hidden = true;
  broken = answer.failed || !answer.rows;
  overTime.el.hidden ||= broken;
  if (!broken) {
    fill(answer);
    // The rows are painted before anything else is asked for.
    requestAnimationFrame(() => setTimeout(loadChart));
    return;
  }
  table.empty();
  table.el.hidden = true;
  cursor = null;
  clear(foot);
  if (state.filter || state.search) {
    bar.fail(answer);
    foot.append(empty(answer.column ? "The filter cannot be read" : "No answer", "What is wrong stands below the field.", clearButton()));
  } else foot.append(empty("No answer", answer.detail || "The list could not be read.", button("Try again", () => load())));
}

function fill(answer, mark) {
  table.fill(answer.rows, mark);
  cursor = answer.cursor || null;
  // The first page of another order does not hold the newest: there, new is what starts from now on.
  newestStart = Math.max(inOrder() ? 0 : Date.now(), ...answer.rows.map((row) => row.start || row.last_start || 0));
  drawFoot();
}

const button = (text, click) => h("button", { class: "btn", type: "button", text, on: { click } });
const clearButton = () => button("Clear filters", () => change(ALL));

function empty(head, text, ...more) {
  return h("div", { class: "empty" }, h("h2", { text: head }), h("p", {}, text), more);
}

function drawFoot() {
  clear(foot);
  delete main.dataset.first;
  table.el.hidden = table.size === 0;
  if (cursor) foot.append(button("Load more", more));
  else if (table.size) foot.append(h("p", { class: "faint", text: table.size === 1 ? `The only ${word(1)}` : `All ${plural(table.size, word(1))}` }));
  else if (filtered()) foot.append(empty(`No ${word()} match`, state.tab === "traces" ? "Filters of traces look at their roots. Runs looks at every run." : "Remove a filter, or choose a longer time.", clearButton()));
  else if (state.project) foot.append(empty(`No ${word()} in ${state.project}`, "They show here as they arrive.", button("All projects", () => change({ project: "" }))));
  else begin();
  watchEnd();
}

/** Nothing at all: the first steps when the database holds no run. */
async function begin() {
  const info = await ask("/api/local/info");
  if (!info || info.failed || table.size) return;
  clear(foot);
  if (info.runs > 0) foot.append(empty(`No ${word()}`, state.tab === "threads" ? h("span", {}, "Runs that carry ", h("code", { text: "thread_id" }), " in their metadata are the turns of a thread.") : "They show here as they arrive."));
  else {
    main.dataset.first = "yes";
    // Most visits never need it.
    const { onboarding } = await import("./onboarding.js");
    onboarding(foot, info);
  }
}

let fetching = false;
async function more() {
  if (!cursor || fetching) return;
  fetching = true;
  const from = cursor;
  const answer = await ask(api("list", { limit: LIMIT, cursor: from }));
  fetching = false;
  // After a failure the button stays for another try.
  if (!answer?.rows || cursor !== from) return;
  table.append(answer.rows);
  cursor = answer.cursor || null;
  drawFoot();
}

const end = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && more(), { rootMargin: "800px" });
// Observed anew after each page: an end that stays in view is told only once.
function watchEnd() {
  end.unobserve(foot);
  if (cursor) end.observe(foot);
}

async function loadChart() {
  if (!runsShown()) return void (overTime.el.hidden = true);
  const answer = await ask(api("chart"));
  if (answer) overTime.draw(answer.failed ? null : answer, state.tab);
}

// Changes as they arrive.

let refreshing = false;
let again = null;
let chartAt = 0;

/** One request at a time; what changes meanwhile is gathered for the next. */
async function refresh({ traces }) {
  if (refreshing || document.hidden) {
    again = { traces: traces && (!again || again.traces) ? [...new Set([...(again?.traces || []), ...traces])] : null };
    return;
  }
  refreshing = true;
  const began = performance.now();
  if (main.dataset.first) {
    const first = await ask("/api/local/list?tab=traces&limit=1");
    if (first?.rows?.length) location.assign("/trace/" + encodeURIComponent(first.rows[0].trace_id));
  } else if (!broken) {
    const newest = await ask(api("list", { limit: LIMIT, sort: runsShown() ? "-start" : "" }));
    if (newest?.rows) await merge(newest, traces);
    if (newest && Date.now() - chartAt > 4000) {
      chartAt = Date.now();
      loadChart();
    }
  }
  setTimeout(() => {
    refreshing = false;
    catchUp();
  }, Math.max(60, performance.now() - began));
}

function catchUp() {
  if (document.hidden || refreshing || !again) return;
  const next = again;
  again = null;
  refresh(next);
}

async function merge(newest, traces) {
  const added = newest.rows.filter((row) => !table.has(row) && (row.start || row.last_start || 0) >= newestStart);
  if (!table.size || (added.length && scrollY < 8 && inOrder() && !table.used())) {
    // Nobody points at a row: the top of the list may follow.
    fill(newest, table.size > 0);
    fresh.hidden = true;
    return;
  }
  for (const row of newest.rows) if (table.has(row)) table.put(row);
  if (added.length) {
    fresh.textContent = `↑ ${added.length}${added.length >= LIMIT ? "+" : ""} new`;
    fresh.hidden = false;
  }
  if (!runsShown()) return;
  // Rows on the screen that changed and are not among the newest.
  const had = new Set(newest.rows.map((row) => row.id));
  const changed = traces && new Set(traces);
  const ids = table.seen().filter((row) => !had.has(row.id) && (changed ? changed.has(row.trace_id) : row.status === "pending")).map((row) => JSON.stringify(row.id));
  if (!ids.length) return;
  const query = new URLSearchParams({ tab: state.tab, filter: `in(id, [${ids.slice(0, LIMIT).join(", ")}])`, limit: LIMIT });
  const answer = await ask(`/api/local/list?${query}`);
  for (const row of answer?.rows || []) if (table.has(row)) table.put(row);
}

function showNew() {
  fresh.hidden = true;
  scrollTo({ top: 0 });
  if (inOrder()) load();
  else change({ sort: "" });
}

const step = (by) => () => {
  const at = table.step(by);
  if (at === "end" && by > 0) more();
  return at;
};
for (const key of ["j", "ArrowDown"]) onKey(key, step(1));
for (const key of ["k", "ArrowUp"]) onKey(key, step(-1));
onKey("n", () => (fresh.hidden ? false : showNew()));
registerKeys([["j k", "next, previous row; arrows too"], ["Enter", "open the row"], ["/", "edit the filter"], ["s", "search the text"], ["n", "show what is new"]]);

const first = data();
main.append(title, bar.el, overTime.el, h("div", { class: "float", role: "status" }, fresh), table.el, foot);
drawFrame();
const left = history.state;
if (left?.rows > LIMIT) load(left);
else if (first?.rows || first?.detail) show({ failed: !first.rows, ...first });
else load();
requestAnimationFrame(() => setTimeout(async () => {
  const info = await fetch("/api/local/info").then((answer) => answer.json()).catch(() => null);
  if (info?.projects) bar.projects(info.projects);
  live(first?.seq ?? info?.seq, refresh);
}));
document.addEventListener("visibilitychange", catchUp);
addEventListener("popstate", () => { state = read(); load(); });
// Who comes back from a trace finds the rows and the place again.
addEventListener("pagehide", () => history.replaceState({ rows: Math.min(table.size, 200), y: scrollY }, ""));
