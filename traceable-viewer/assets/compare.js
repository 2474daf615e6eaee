// Two runs side by side: their facts, and what differs in their JSON.
import { h, clear, kind, status } from "./dom.js";
import { cost, duration, fullTime, plural, tokens } from "./format.js";
import { diff, middle } from "./diff.js";
import "./shell.js";

const PAGE = 200;
/** Characters of a value that are shown, and how many before a difference. */
const SHOWN = 2000, BEFORE = 80;
const SIGNS = { added: "+", removed: "−", changed: "≠" };

const main = document.getElementById("main");
const query = new URLSearchParams(location.search);
const box = h("div", { class: "compare" });
main.append(box);

const link = (run) => `/trace/${encodeURIComponent(run.trace_id)}?run=${encodeURIComponent(run.id)}`;

async function run(id) {
  const answer = await fetch(`/api/v1/runs/${encodeURIComponent(id)}`);
  if (!answer.ok) throw new Error(answer.status === 404 || answer.status === 422 ? `There is no run ${id}` : `The server answered ${answer.status}`);
  return answer.json();
}

function form(problem) {
  const field = (name, label) => h("label", {}, h("span", { class: "dim", text: label }),
    h("input", { class: "field mono", name, required: true, value: query.get(name) || "", placeholder: "id of a run" }));
  clear(box).append(h("h1", { text: "Compare two runs" }),
    problem ? h("p", { class: "notice bad", role: "alert", text: problem + "." }) : "",
    h("form", { class: "pick", action: "/compare" }, field("a", "Run A"), field("b", "Run B"), h("button", { class: "btn primary", text: "Compare" })));
}

function facts(r) {
  const at = (time) => (time ? Date.parse(time.endsWith("Z") || /[+-]\d\d:\d\d$/.test(time) ? time : time + "Z") : null);
  const [start, end, first] = [at(r.start_time), at(r.end_time), at(r.first_token_time)];
  const meta = r.extra?.metadata || {};
  return {
    name: r.name, type: r.run_type, status: r.status, start: fullTime(start),
    latency: end === null ? "not ended" : duration(end - start), "first token": first === null ? "" : duration(first - start),
    "prompt tokens": tokens(r.prompt_tokens || null), "completion tokens": tokens(r.completion_tokens || null), cost: r.total_cost === null || r.total_cost === undefined ? "" : cost(Number(r.total_cost)),
    model: meta.ls_model_name, tags: (r.tags || []).join(", "), error: r.error,
  };
}

function text(value) {
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

/** A value whose part that differs is marked. */
function cell(side, value, other) {
  const el = h("td", { class: side });
  if (value === undefined) return h("td", { class: side + " none" }, h("span", { class: "sr", text: "not there" }));
  const whole = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  if (typeof value !== "string" || typeof other !== "string") {
    el.append(h("bdi", { text: cut(whole) }));
    return el;
  }
  const { start, end } = middle(value, other);
  const from = Math.max(0, start - BEFORE);
  const differs = whole.slice(start, whole.length - end);
  el.append(h("bdi", {}, from ? "… " : "", whole.slice(from, start), differs ? h("mark", { text: cut(differs) }) : null,
    whole.slice(whole.length - end, whole.length - end + BEFORE), end > BEFORE ? " …" : ""));
  return el;
}

const cut = (whole) => (whole.length > SHOWN ? `${whole.slice(0, SHOWN)} … ${whole.length - SHOWN} more characters` : whole);

function factTable(a, b) {
  const [left, right] = [facts(a), facts(b)];
  const rows = Object.keys(left).filter((key) => text(left[key]) || text(right[key])).map((key) => {
    const differs = text(left[key]) !== text(right[key]);
    const show = (r, value) => (key === "status" ? status(r.status, true) : key === "type" ? kind(r.run_type) : h("bdi", { text: cut(text(value)) }));
    return h("tr", { class: differs ? "changed" : "" },
      h("th", { scope: "row" }, h("span", { "aria-hidden": "true", class: "sign", text: differs ? SIGNS.changed : "" }), key, differs ? h("span", { class: "sr", text: " differs" }) : null),
      h("td", { class: "a" }, show(a, left[key])), h("td", { class: "b" }, show(b, right[key])));
  });
  return table("Facts", rows, a, b);
}

function table(title, rows, a, b) {
  const head = (r, side) => h("th", { scope: "col" }, `${side} `, h("a", { href: link(r) }, h("bdi", { text: r.name || "run" })));
  return h("div", { class: "scroll" }, h("table", { "aria-label": title },
    h("thead", {}, h("tr", {}, h("th", { scope: "col", text: title === "Facts" ? "fact" : "path" }), head(a, "A"), head(b, "B"))), h("tbody", {}, rows)));
}

function section(title, a, b, runA, runB) {
  const { rows, same, cut: more } = diff(a ?? {}, b ?? {});
  const head = h("h2", {}, title, " ", h("span", { class: "dim", text: rows.length ? `${plural(rows.length, "difference")}${more ? " or more" : ""}, ${same} the same` : same ? `all ${same} values the same` : "nothing on either side" }));
  if (!rows.length) return h("section", {}, head);
  const row = ({ path, sign, a, b }) => h("tr", { class: sign },
    h("th", { scope: "row" }, h("span", { class: "sign", "aria-hidden": "true", text: SIGNS[sign] }), h("span", { class: "sr", text: sign + " " }), h("bdi", { class: "mono", text: cut(path) })),
    cell("a", a, b), cell("b", b, a));
  const el = table(title, rows.slice(0, PAGE).map(row), runA, runB);
  let shown = PAGE;
  const next = h("button", { class: "btn", type: "button", text: `Show ${PAGE} more`, on: { click: () => {
    el.querySelector("tbody").append(...rows.slice(shown, shown + PAGE).map(row));
    shown += PAGE;
    if (shown >= rows.length) next.remove();
  } } });
  return h("section", {}, head, el, rows.length > PAGE ? next : null);
}

async function show() {
  const [idA, idB] = [query.get("a"), query.get("b")];
  if (!idA || !idB) return form();
  let a, b;
  try {
    [a, b] = await Promise.all([run(idA), run(idB)]);
  } catch (error) {
    return form(error.message);
  }
  document.title = `${a.name} and ${b.name} · traceable`;
  const swap = new URLSearchParams({ a: idB, b: idA });
  clear(box).append(
    h("div", { class: "head" }, h("h1", {}, "Compare ", h("bdi", { text: a.name }), a.name === b.name ? "" : [" and ", h("bdi", { text: b.name })]),
      h("span", { class: "spacer" }), h("a", { class: "btn", href: "/compare?" + swap, text: "Swap A and B" })),
    factTable(a, b),
    section("Inputs", a.inputs, b.inputs, a, b), section("Outputs", a.outputs, b.outputs, a, b),
    section("Metadata", a.extra?.metadata, b.extra?.metadata, a, b));
}

show();
