// The bar above the list: project, full text, the filter string and its chips.
// Everything here only calls `change(part of the state)`; the list owns the state.
import { h, clear } from "./dom.js";
import { onKey } from "./shell.js";
import { time } from "./format.js";
import { chips, join, write } from "./filter-text.js";

const NAMES = { status: "Status", type: "Type", latency: "Latency", tag: "Tag", metadata: "Metadata", name: "Name", thread: "Thread", other: "Filter" };
const TYPES = ["llm", "chain", "tool", "retriever", "embedding", "prompt", "parser"];
const SPANS = [["Last 15 minutes", 15], ["Last hour", 60], ["Last 24 hours", 1440], ["Last 7 days", 10_080]];

/** `{el, draw(state), fail(error), projects(names)}` */
export function filterBar(change) {
  let state = {};
  const project = h("select", { class: "field project", "aria-label": "Project", on: { change: () => change({ project: project.value }) } });
  const search = h("input", { class: "field grow", type: "search", placeholder: "Search inputs, outputs, errors", "aria-label": "Search the text of runs", "aria-keyshortcuts": "s", spellcheck: "false", enterkeyhint: "search" });
  const filter = h("input", {
    class: "field grow mono", type: "text", placeholder: "Filter, like eq(status, \"error\")", "aria-label": "Filter string", "aria-keyshortcuts": "/",
    "aria-describedby": "filter-error", spellcheck: "false", autocomplete: "off", autocapitalize: "off", enterkeyhint: "go",
  });
  const error = h("div", { class: "filter-error", id: "filter-error", role: "alert", hidden: true });
  const line = h("div", { class: "chips", role: "group", "aria-label": "Filters" });
  const el = h("section", { class: "bar", "aria-label": "Search and filter" },
    h("form", { class: "fields", role: "search", on: { submit: (e) => { e.preventDefault(); send(); } } },
      project, box(search, "s"), box(filter, "/"), h("button", { class: "sr", type: "submit", tabindex: "-1", text: "Apply" })),
    error, line);

  function box(input, key) {
    return h("div", { class: "box" }, input, h("kbd", { "aria-hidden": "true", text: key }));
  }

  function send() {
    change({ search: search.value.trim(), filter: filter.value.trim() });
  }

  // The typing of a search is a query only after a pause.
  let pause = 0;
  search.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(send, search.value ? 250 : 0);
  });
  filter.addEventListener("change", send);
  for (const input of [search, filter]) {
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      input.value = input === filter ? state.filter || "" : state.search || "";
      input.blur();
    });
  }
  const focus = (input) => () => { input.focus(); input.select(); };
  onKey("/", focus(filter));
  onKey("s", focus(search));

  function draw(next) {
    state = next;
    el.hidden = state.tab === "projects";
    if (document.activeElement !== search) search.value = state.search || "";
    if (document.activeElement !== filter || !filter.value || state.filter !== filter.value.trim()) filter.value = state.filter || "";
    clearError();
    drawProjects();
    drawChips();
  }

  let names = [];
  function drawProjects() {
    const all = state.project && !names.includes(state.project) ? [state.project, ...names] : names;
    clear(project).append(h("option", { value: "", text: "All projects" }), ...all.map((name) => h("option", { value: name, text: name })));
    project.value = state.project || "";
  }

  function drawChips() {
    const filtered = state.tab === "traces" || state.tab === "runs";
    el.classList.toggle("plain", !filtered);
    // Drawn anew, the bar keeps the focus that was in it or in the popover of one of its buttons.
    const had = line.contains(document.activeElement) || document.activeElement?.closest(".pop");
    clear(line);
    if (!filtered) return;
    const now = chips(state.filter || "");
    const parts = (now || []).map((one) => one.src);
    const have = new Set((now || []).map((one) => one.kind));
    for (const [i, one] of (now || []).entries()) {
      const without = () => change({ filter: join(parts.filter((_, k) => k !== i)) });
      const replace = (part) => change({ filter: join(parts.map((p, k) => (k === i ? part : p))) });
      line.append(chip(NAMES[one.kind], one.text, without, write[one.kind] && ((anchor) => edit(anchor, one.kind, one, replace))));
    }
    if (state.from || state.to) line.append(chip("Time", `${state.from ? time(Number(state.from)) : "…"} – ${state.to ? time(Number(state.to)) : "now"}`, () => change({ from: "", to: "" })));
    for (const name of ["status", "type", "latency", "tag", "metadata", "name"]) {
      if (have.has(name) && name !== "tag" && name !== "metadata") continue;
      line.append(h("button", {
        class: "add", type: "button", text: NAMES[name], disabled: now === null, "aria-haspopup": "dialog",
        on: { click: (e) => edit(e.currentTarget, name, {}, (part) => change({ filter: join([...parts, part]) })) },
      }));
    }
    if (!state.from && !state.to) {
      line.append(h("button", { class: "add", type: "button", text: "Time", "aria-haspopup": "dialog", on: { click: (e) => pop(e.currentTarget, "Time", SPANS.map(([label, minutes]) => choice(label, () => change({ from: String(Date.now() - minutes * 60_000), to: "" })))) } }));
    }
    if (state.filter || state.search || state.from || state.to) {
      line.append(h("button", { class: "btn quiet", type: "button", text: "Clear", on: { click: () => { filter.value = search.value = ""; change({ filter: "", search: "", from: "", to: "" }); } } }));
    }
    if (had) ([...line.querySelectorAll(".fchip button")].pop() || line.querySelector("button")).focus();
  }

  function chip(name, text, remove, open) {
    return h("span", { class: "fchip" },
      h(open ? "button" : "span", { class: "what", type: open && "button", title: `${name} ${text}`, on: open && { click: (e) => open(e.currentTarget) } }, h("span", { class: "dim", text: name + " " }), h("b", { text })),
      h("button", { class: "x", type: "button", "aria-label": `Remove the filter ${name} ${text}`, text: "×", on: { click: remove } }));
  }

  function clearError() {
    error.hidden = true;
    filter.removeAttribute("aria-invalid");
  }

  /** Shows what is wrong with the filter: the place, the words of the server, what may be meant. */
  function fail(problem) {
    clear(error);
    error.hidden = false;
    if (problem.column) filter.setAttribute("aria-invalid", "true");
    const text = state.filter || "";
    const letters = [...text];
    const column = Number(problem.column);
    if (column > 0 && text) {
      const from = Math.max(0, column - 40);
      error.append(h("pre", { "aria-hidden": "true" }, (from ? "…" : "") + letters.slice(from, column + 40).join("") + "\n" + " ".repeat(column - 1 - from + (from ? 1 : 0)), h("b", { text: "^" })));
    }
    error.append(h("span", { text: problem.detail || "The filter cannot be read." }));
    const word = problem.suggestion;
    if (typeof word === "string" && /^[\w.]+$/.test(word) && column > 0) {
      const rest = letters.slice(column - 1).join("");
      const fixed = letters.slice(0, column - 1).join("") + word + rest.replace(/^["']?[\w.]+["']?/, "");
      error.append(" ", h("button", { class: "btn", type: "button", text: `Use ${word}`, on: { click: () => change({ filter: fixed }) } }));
    } else if (word) error.append(h("span", { class: "dim", text: ` Did you mean ${word}?` }));
  }

  return {
    el, draw, fail,
    projects(list) {
      names = list;
      drawProjects();
    },
  };
}

/** The form of one chip in a popover. */
function edit(anchor, name, chip, done) {
  const apply = (values) => done(write[name](values));
  if (name === "status") return pop(anchor, "Status", [["success", "✓ success"], ["error", "✗ error"], ["pending", "◌ running"]].map(([v, label]) => choice(label, () => apply({ value: v }), chip.value === v)));
  if (name === "type") return pop(anchor, "Type", TYPES.map((v) => choice(v, () => apply({ value: v }), chip.value === v)));
  const text = (key, label, value, placeholder) => h("label", {}, h("span", { class: "faint", text: label }), h("input", { class: "field", name: key, value: value || "", placeholder, spellcheck: "false", autocomplete: "off", required: key !== "value" || name !== "metadata" }));
  const select = (key, value, options) => {
    const el = h("select", { class: "field", name: key, "aria-label": "Comparison" }, options.map(([v, label]) => h("option", { value: v, text: label })));
    el.value = value;
    return el;
  };
  const fields = {
    latency: () => [select("op", chip.op || "gt", [["gt", "longer than"], ["lt", "shorter than"], ["gte", "at least"], ["lte", "at most"]]), text("value", "Latency", chip.value, "2s, 500ms, 1.5")],
    tag: () => [text("value", "Tag", chip.value, "prod")],
    metadata: () => [text("key", "Key", chip.key, "env"), text("value", "Value (empty: any)", chip.value, "production")],
    name: () => [select("op", chip.op === "eq" ? "eq" : "search", [["search", "contains"], ["eq", "is"]]), text("value", "Name", chip.value, "answer_question")],
  }[name]();
  const form = h("form", { on: { submit: (e) => {
    e.preventDefault();
    apply(Object.fromEntries(new FormData(form)));
  } } }, fields, h("button", { class: "btn primary", type: "submit", text: "Apply" }));
  return pop(anchor, NAMES[name], [form]);
}

function choice(label, fn, on) {
  return h("button", { class: "choice", type: "button", "aria-pressed": on ? "true" : null, text: label, on: { click: fn } });
}

/** A popover below its button; Escape and a click elsewhere close it. */
function pop(anchor, label, content) {
  document.querySelector(".pop")?.remove();
  const el = h("div", { class: "pop", role: "dialog", "aria-label": label, popover: "auto" }, content);
  el.addEventListener("toggle", (event) => {
    if (event.newState === "closed") el.remove();
  });
  el.addEventListener("keydown", (event) => {
    const all = [...el.querySelectorAll(".choice")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !all.length) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
  document.body.append(el);
  el.showPopover();
  const at = anchor.getBoundingClientRect();
  el.style.left = `${Math.max(8, Math.min(at.left, innerWidth - el.offsetWidth - 8))}px`;
  el.style.top = `${at.bottom + 4}px`;
  el.querySelector("input, .choice")?.focus();
  el.addEventListener("click", (event) => { if (event.target.closest(".choice")) el.hidePopover(); });
  el.addEventListener("submit", () => el.hidePopover());
}
