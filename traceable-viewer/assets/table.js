// The table of the list: its header that sorts, its rows by key, moving among them by key.
import { h, clear } from "./dom.js";
import { COLUMNS, drawRow, elapsed, keyOf, patchRow } from "./columns.js";

/** `sort(key)` is called with the order that a header asks for. */
export function listTable(sort) {
  let tab = "traces";
  let rows = new Map(); // key -> {row, el}, in the order of the screen
  let over = false;
  const head = h("div", { role: "rowgroup", class: "thead" });
  const body = h("div", { role: "rowgroup", class: "tbody" });
  const el = h("div", { role: "table", on: { pointerenter: () => (over = true), pointerleave: () => (over = false) } }, head, body);

  function header(column, now) {
    const cls = `td c-${column.id}${column.num ? " num" : ""}`;
    if (!column.sort) return h("div", { role: "columnheader", class: cls }, h("span", { class: column.quiet ? "sr" : "", text: column.label }));
    const down = now === "-" + column.sort;
    const up = now === column.sort;
    // A name begins with A, a number with the largest; the third press is the order of the list.
    const steps = column.sort === "name" ? ["name", "-name", ""] : ["-" + column.sort, column.sort, ""];
    const next = steps[steps.indexOf(now) + 1];
    return h("div", { role: "columnheader", class: cls, "aria-sort": down ? "descending" : up ? "ascending" : null },
      h("button", { type: "button", class: "sort", on: { click: () => { sort(next); head.querySelector(`.c-${column.id} button`)?.focus(); } } },
        column.label, h("span", { class: "arrow", "aria-hidden": "true", text: down ? "↓" : up ? "↑" : "" })));
  }

  // Rows that stay keep their element: neither focus nor a selection is lost.
  function put(row, before = rows) {
    const old = before.get(keyOf(tab, row));
    const el = old ? old.el : drawRow(tab, row);
    if (old && JSON.stringify(old.row) !== JSON.stringify(row)) patchRow(el, tab, row);
    rows.set(keyOf(tab, row), { row, el });
    return el;
  }

  function empty() {
    rows = new Map();
    clear(body);
  }

  setInterval(() => {
    if (document.hidden) return;
    for (const cell of body.querySelectorAll("[data-since]")) cell.textContent = elapsed(Number(cell.dataset.since));
  }, 1000);

  return {
    el, put, empty,
    get size() { return rows.size; },
    has: (row) => rows.has(keyOf(tab, row)),
    /** Somebody points at a row or stands on it. */
    used: () => over || body.contains(document.activeElement),
    draw(nextTab, now, label) {
      if (tab !== nextTab) empty();
      tab = nextTab;
      el.className = `table t-${tab}`;
      el.setAttribute("aria-label", label);
      clear(head).append(h("div", { role: "row", class: "tr" }, COLUMNS[tab].map((column) => header(column, now || "-start"))));
    },
    /** Makes the table equal to a page; rows that were not there are marked if `mark`. */
    fill(list, mark) {
      const before = rows;
      rows = new Map();
      for (const row of list) put(row, before).classList.toggle("fresh", Boolean(mark) && !before.has(keyOf(tab, row)));
      body.replaceChildren(...[...rows.values()].map((one) => one.el));
    },
    append(list) {
      for (const row of list) if (!rows.has(keyOf(tab, row))) body.append(put(row));
    },
    /** The rows on the screen. */
    seen: () => [...rows.values()].filter(({ el }) => {
      const at = el.getBoundingClientRect();
      return at.bottom > 0 && at.top < innerHeight;
    }).map((one) => one.row),
    /** Moves the focus; false without a row, "end" on the last. */
    step(by) {
      const list = [...body.children];
      if (!list.length) return false;
      const now = list.findIndex((one) => one.contains(document.activeElement));
      const next = now < 0 ? (by > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, now + by));
      list[next].querySelector("a.hit").focus({ preventScroll: true });
      list[next].scrollIntoView({ block: "nearest" });
      return next === list.length - 1 ? "end" : true;
    },
  };
}
