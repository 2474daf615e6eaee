// Broken traces: runs that began a trace of their own, grouped by function and place, each with its reason and its fix.
import { h, clear, data, copyText, status, kind } from "./dom.js";
import { ago, duration, fullTime, plural } from "./format.js";
import { live } from "./live.js";

const main = document.getElementById("main");
const query = new URLSearchParams(location.search);
const one = query.get("trace");
/** How many runs of the suspect's trace a joined view shows. */
const SHOWN = 60;

const list = h("div", { class: "groups" });
const count = h("p", { class: "dim", role: "status" });
const project = h("select", { class: "field", "aria-label": "Project", on: { change: () => go(project.value) } },
  h("option", { value: "", text: "all projects" }));

main.append(h("div", { class: "nesting" },
  h("div", { class: "head" }, h("h1", { text: "Nesting" }), count, h("span", { class: "spacer" }), one ? null : project),
  h("p", { class: "lead dim", text: "Runs that are not where they belong: they began a trace of their own, or their parent never arrived. A parent is never guessed: what is known of it was recorded by the program." }),
  list));

function go(name) {
  query.delete("project");
  if (name) query.set("project", name);
  location.search = query;
}

const get = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
};

const runLink = (run, ...children) =>
  h("a", { href: `/trace/${encodeURIComponent(run.trace_id)}?run=${encodeURIComponent(run.id)}` }, children);

/** Text with `code` in backticks. */
const withCode = (text) => String(text || "").split("`").map((part, i) => (i % 2 ? h("code", { text: part }) : part));

let drawn = "";

function draw(answer) {
  const groups = answer?.groups || [];
  const now = JSON.stringify(groups);
  // What did not change stays: an open view and the focus are not lost.
  if (now === drawn) return;
  drawn = now;
  const open = new Set([...list.querySelectorAll(".joined[open]")].map((el) => el.dataset.key));
  const runs = groups.reduce((sum, group) => sum + group.count, 0);
  count.textContent = groups.length ? `${plural(runs, "broken trace")} at ${plural(groups.length, "place")}` : "";
  clear(list).append(...(groups.length ? groups.map((group) => card(group, open)) : [none()]));
}

function none() {
  return h("div", { class: "empty" }, h("h2", { text: "No broken traces" }),
    h("p", { text: "Every run here is where it belongs. When a call loses its caller in a spawn, on a thread or between services, it appears here with the code that mends it." }),
    h("a", { class: "btn", href: "/", text: "Back to the traces" }));
}

function card(group, open) {
  const name = group.function || group.runs[0]?.id || "a run";
  const known = group.runs.filter((run) => run.suspect);
  const copy = h("button", { class: "btn", type: "button", text: "Copy", "aria-label": `Copy the fix for ${name}`, on: { click: () => copyText(group.fix, copy) } });
  return h("article", { class: "group" },
    h("header", {},
      h("h2", {}, h("bdi", { class: "mono", text: name })),
      group.site ? h("bdi", { class: "mono dim site", text: group.site }) : null,
      h("span", { class: "spacer" }),
      h("span", { class: "chip", text: plural(group.count, "run") }),
      h("span", { class: "chip", title: "metadata.broken_trace_reason" }, h("bdi", { text: String(group.reason || "").replaceAll("_", " ") }))),
    h("p", {}, withCode(group.text)),
    group.suspect?.name
      ? h("p", {}, h("span", { class: "dim", text: "Suspected parent " }),
          known[0] ? runLink(known[0].suspect, h("bdi", { text: group.suspect.name })) : h("b", {}, h("bdi", { text: group.suspect.name })))
      : group.reason === "missing_parent" ? null : h("p", { class: "dim", text: "Nothing was recorded that tells the parent." }),
    group.fix ? h("div", { class: "fix" }, h("div", {}, h("h3", { text: "Write instead" }), h("pre", {}, h("code", { text: group.fix }))), copy) : null,
    h("ul", { class: "runs", "aria-label": `Runs of ${name}` },
      group.runs.map((run) => h("li", {}, runLink(run, h("time", { title: fullTime(run.start), text: ago(run.start) || "open" })))),
      group.count > group.runs.length ? h("li", { class: "dim", text: `and ${group.count - group.runs.length} more` }) : null),
    known.length ? joined(group, known, open) : null);
}

/** The suspect's trace with the lost runs below it: a view, nothing is changed. */
function joined(group, known, open) {
  const key = `${group.function} ${group.site} ${group.reason}`;
  const body = h("div", {});
  const el = h("details", { class: "joined", data: { key }, on: { toggle: () => {
    if (!el.open || body.firstChild) return;
    body.append(h("p", { class: "dim", text: "Loading" }));
    join(known).then((tree) => clear(body).append(tree),
      (error) => clear(body).append(h("p", { class: "notice bad", text: `It cannot be shown: ${error.message}.` })));
  } } }, h("summary", { text: "Show as if joined" }), body);
  el.open = open.has(key);
  return el;
}

async function join(known) {
  const { trace_id, id } = known[0].suspect;
  const trace = (traceId) => get(`/api/local/trace/${encodeURIComponent(traceId)}`);
  const same = known.filter((run) => run.suspect.id === id);
  const [above, ...lost] = await Promise.all([trace(trace_id), ...same.map((run) => trace(run.trace_id))]);
  const children = new Map();
  const put = (run, traceId, parent, isLost) => {
    const list = children.get(parent) || [];
    list.push({ ...run, trace_id: traceId, isLost });
    children.set(parent, list);
  };
  const ids = new Set(above.runs.map((run) => run.id));
  for (const run of above.runs) put(run, trace_id, ids.has(run.parent) ? run.parent : null, false);
  lost.forEach((tree, i) => {
    for (const run of tree.runs) put(run, tree.trace_id, run.id === same[i].id ? id : run.parent, run.id === same[i].id);
  });
  const rows = [];
  const walk = (parent, depth) => {
    const runs = (children.get(parent) || []).sort((a, b) => Number(a.start) - Number(b.start));
    for (const run of runs) {
      if (rows.length >= SHOWN) return;
      rows.push({ run, depth });
      walk(run.id, depth + 1);
    }
  };
  walk(null, 1);
  return h("div", {},
    h("ul", { class: "tree" }, rows.map(({ run, depth }) => {
      const row = h("li", { class: run.isLost ? "lost" : "" }, status(run.status), runLink(run, h("bdi", { text: run.name })), kind(run.type),
        run.isLost ? h("span", { class: "chip", text: "↪ joined here" }) : null, h("span", { class: "spacer" }),
        h("span", { class: "num dim", text: duration(run.end ? run.end - run.start : null) }));
      row.style.paddingInlineStart = `calc(var(--s4) * ${Math.min(depth, 12) - 1} + var(--s2))`;
      return row;
    })),
    rows.length >= SHOWN ? h("p", { class: "dim", text: `The first ${SHOWN} runs.` }) : null);
}

const where = new URLSearchParams();
for (const key of ["project", "trace"]) if (query.get(key)) where.set(key, query.get(key));
const load = () => get(`/api/local/nesting?${where}`).then(draw);

const first = data();
if (Array.isArray(first?.groups)) draw(first);
else load().catch((error) => list.append(h("p", { class: "notice bad", text: `Nothing could be read: ${error.message}.` })));

get("/api/local/info").then((info) => {
  const chosen = query.get("project") || "";
  const names = new Set(info.projects);
  if (chosen) names.add(chosen);
  project.append(...[...names].map((name) => h("option", { value: name, text: name, selected: name === chosen })));
  live(info.seq, () => load().catch(() => {}));
}).catch(() => {});
