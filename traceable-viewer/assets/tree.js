// Tree and waterfall in one grid. Only rows that are seen are in the document.

import { h, clear, kind, typeClass } from "./dom.js";
import { duration, tokens } from "./format.js";
import { endOf, search, sign, visibleRows } from "./run.js";
import { takeInput } from "./tree-input.js";
import { drawBar, drawTicks, makeBar } from "./waterfall.js";

/** Rows above and below what is seen, so that scrolling meets no gap. */
const SPARE = 8;

export class TreeGrid {
  /** `on`: selected(node, byUser), opened(node), changed() after rows came or went. */
  constructor(scale, on) {
    this.scale = scale;
    this.on = on;
    this.collapsed = new Set();
    this.text = "";
    this.rows = [];
    this.index = new Map();
    this.shown = new Map();
    this.free = [];
    this.now = Date.now();
    this.ticks = h("span", { class: "ticks", role: "columnheader", "aria-label": "Time" });
    this.lines = h("span", { class: "lines" });
    const head = (text, more) => h("span", { class: more || "", role: "columnheader", text });
    this.head = h(
      "div",
      { class: "tr head", role: "row", "aria-rowindex": "1" },
      head("Run"),
      head("Duration", "num"),
      head("Tokens", "num"),
      this.ticks,
    );
    this.body = h("div", { class: "rows", role: "rowgroup" });
    this.back = h("div", { class: "tr ruled", "aria-hidden": "true" }, h("span"), h("span"), h("span"), this.lines);
    this.el = h(
      "div",
      { class: "grid", role: "treegrid", tabindex: "0", "aria-label": "Runs of the trace" },
      h("div", { role: "rowgroup", class: "headgroup" }, this.head),
      h("div", { class: "canvas", role: "presentation" }, this.back, this.body),
    );
    this.canvas = this.el.lastChild;
    this.nothing = h("p", { class: "nothing", text: "No run has this text.", hidden: true });
    this.canvas.append(this.nothing);
    this.el.addEventListener("scroll", () => this.soon(), { passive: true });
    takeInput(this);
    new ResizeObserver(() => {
      this.measure();
      this.soon(true);
    }).observe(this.el);
  }

  measure() {
    this.high = parseFloat(getComputedStyle(this.el).getPropertyValue("--tree-row")) || 28;
    this.width = this.ticks.clientWidth;
    // the minimap stands above the bars, and over it is no scroll bar
    this.el.parentNode?.style.setProperty("--scrollbar", this.el.offsetWidth - this.el.clientWidth + "px");
  }

  /** Takes a newer tree. What was at the top of the view stays there, so that nothing jumps. */
  show(tree) {
    const top = this.rows[Math.floor(this.el.scrollTop / (this.high || 28))];
    const rest = this.el.scrollTop % (this.high || 28);
    const first = !this.tree;
    this.tree = tree;
    this.selected = this.selected ? tree.nodes.get(this.selected.id) || tree.roots[0] : null;
    this.el.style.setProperty("--step", Math.min(Math.max(Math.floor(200 / Math.max(tree.depth, 1)), 4), 16) + "px");
    this.list();
    if (first || !top) return;
    const at = this.index.get(top.id);
    if (at !== undefined) this.el.scrollTop = at * this.high + rest;
  }

  list() {
    const { tree } = this;
    if (!this.high) this.measure();
    this.hits = search(tree, this.text);
    this.rows = visibleRows(tree, this.collapsed, this.hits);
    this.index = new Map(this.rows.map((node, i) => [node.id, i]));
    this.canvas.style.height = Math.max(this.rows.length * this.high, 60) + "px";
    this.nothing.hidden = this.rows.length > 0;
    this.el.setAttribute("aria-rowcount", this.rows.length + 1);
    // rows that stay keep their elements: what is under the pointer is not taken away
    for (const [id, row] of this.shown) {
      const at = this.index.get(id);
      if (at === undefined) {
        this.shown.delete(id);
        this.free.push(row);
      } else {
        row.at = at;
        row.node = this.rows[at];
        this.fill(row);
      }
    }
    this.render();
    this.on.changed();
  }

  soon(bars) {
    this.bars ||= bars;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.render();
      if (this.bars) this.redraw();
      this.bars = false;
    });
  }

  render() {
    if (!this.tree) return;
    const top = this.el.scrollTop,
      head = this.head.offsetHeight;
    const from = Math.max(Math.floor(top / this.high) - SPARE, 0);
    const to = Math.min(Math.ceil((top + this.el.clientHeight - head) / this.high) + SPARE, this.rows.length);
    // the selected row stays: aria-activedescendant points to it
    const kept = this.selected ? this.index.get(this.selected.id) : undefined;
    for (const [id, row] of this.shown) {
      const at = row.at;
      if ((at < from || at >= to) && at !== kept) {
        this.shown.delete(id);
        this.free.push(row);
      }
    }
    for (let at = from; at < to; at++) this.put(at);
    if (kept !== undefined) this.put(kept);
    // a row that left becomes one that comes, without leaving the document; only what is too many is taken out
    for (const row of this.free) row.el.remove();
    const active = kept === undefined ? null : this.shown.get(this.selected.id);
    if (active) this.el.setAttribute("aria-activedescendant", active.el.id);
    else this.el.removeAttribute("aria-activedescendant");
    if (!this.drawn) {
      this.drawn = true;
      this.axis();
    }
  }

  put(at) {
    const node = this.rows[at];
    if (this.shown.has(node.id)) return;
    const row = this.free.pop() || this.make();
    row.at = at;
    row.node = node;
    this.fill(row);
    this.shown.set(node.id, row);
    if (row.el.parentNode !== this.body) this.body.append(row.el);
  }

  make() {
    const row = {
      toggle: h("span", { class: "tg", "aria-hidden": "true" }),
      indent: h("span", { class: "in", "aria-hidden": "true" }),
      sign: h("span", { class: "sg", role: "img" }),
      name: h("bdi", { class: "nm" }),
      kind: kind("chain"),
      more: h("span", { class: "more" }),
      time: h("span", { class: "num", role: "gridcell" }),
      tokens: h("span", { class: "num tok", role: "gridcell" }),
      bar: makeBar(),
    };
    row.el = h(
      "div",
      { class: "tr", role: "row", id: "row-" + (this.made = (this.made || 0) + 1) },
      h("span", { class: "n", role: "gridcell" }, row.indent, row.toggle, row.sign, row.name, row.kind, row.more),
      row.time,
      row.tokens,
      row.bar.cell,
    );
    row.el.row = row;
    return row;
  }

  fill(row) {
    const { node, el } = row;
    const parent = node.children.length > 0,
      closed = this.collapsed.has(node.id) && !this.hits;
    el.style.transform = `translateY(${row.at * this.high}px)`;
    el.classList.toggle("odd-one", node.missing);
    el.classList.toggle("hit", !!this.hits && this.hits.has(node));
    el.setAttribute("aria-rowindex", row.at + 2);
    el.setAttribute("aria-level", node.depth + 1);
    el.setAttribute("aria-posinset", node.pos);
    el.setAttribute("aria-setsize", node.size);
    if (parent) el.setAttribute("aria-expanded", !closed);
    else el.removeAttribute("aria-expanded");
    this.mark(row);
    row.indent.style.width = `min(calc(${node.depth} * var(--step)), 240px)`;
    row.toggle.className = "tg" + (parent ? (closed ? " closed" : " open") : "");
    const [glyph, word] = sign(node.status);
    row.sign.textContent = glyph;
    row.sign.className = "sg st-" + node.status;
    row.sign.setAttribute("aria-label", word);
    row.sign.title = word;
    row.name.textContent = (node.name || "unnamed").slice(0, 300);
    row.name.title = node.missing ? node.id : "";
    row.kind.hidden = node.missing;
    row.kind.className = "kind " + typeClass(node.type);
    row.kind.textContent = String(node.type).slice(0, 24);
    if (row.more.firstChild) clear(row.more);
    if (node.run && node.run.broken) row.more.append(h("span", { class: "flag warn", text: "⚠ broken" }));
    if (closed && node.errorsBelow)
      row.more.append(h("span", { class: "flag bad", text: "✗ " + node.errorsBelow, title: "failed below" }));
    if (closed && node.pendingBelow)
      row.more.append(h("span", { class: "flag run", text: "◌ " + node.pendingBelow, title: "running below" }));
    if (closed && node.brokenBelow)
      row.more.append(h("span", { class: "flag warn", text: "⚠ " + node.brokenBelow, title: "broken below" }));
    if (closed) row.more.append(h("span", { class: "below", text: "+" + node.runsBelow, title: "runs below" }));
    if (node.run && node.run.model && node.run.model !== node.name)
      row.more.append(h("bdi", { class: "model", text: String(node.run.model).slice(0, 60) }));
    row.tokens.textContent = node.used.total_tokens ? tokens(node.used.total_tokens) : "";
    row.tokens.classList.toggle("of-below", !node.run?.total_tokens);
    this.clock(row);
  }

  clock(row) {
    const { node } = row;
    const lasts = node.start == null || node.missing ? "" : duration(Math.max(endOf(node, this.now) - node.start, 0));
    row.time.textContent = node.status === "pending" && lasts ? "… " + lasts : lasts;
    drawBar(row.bar, node, this.scale, this.now);
  }

  mark(row) {
    const is = row.node === this.selected;
    row.el.classList.toggle("sel", is);
    row.el.setAttribute("aria-selected", is);
  }

  /** Bars and the axis anew, after the visible part of the time has changed. */
  redraw() {
    for (const row of this.shown.values()) drawBar(row.bar, row.node, this.scale, this.now);
    this.axis();
  }

  axis() {
    if (!this.width) this.measure();
    drawTicks(this.scale, this.ticks, this.lines, Math.max(2, Math.min(6, Math.floor(this.width / 62))));
  }

  /** What is running has become longer. */
  grow(now) {
    this.now = now;
    for (const row of this.shown.values()) this.clock(row);
    this.axis();
  }

  select(node, byUser) {
    if (!node) return;
    let opened = false;
    for (let up = node.parent; up; up = up.parent) opened = this.collapsed.delete(up.id) || opened;
    const before = this.selected;
    this.selected = node;
    if (this.hits && !this.index.has(node.id)) {
      this.text = "";
      opened = true;
    }
    if (opened) this.list();
    this.into(node);
    this.render();
    for (const one of [before, node]) {
      const row = one && this.shown.get(one.id);
      if (row) this.mark(row);
    }
    this.on.selected(node, byUser);
  }

  into(node) {
    const at = this.index.get(node.id);
    if (at === undefined) return;
    const top = at * this.high,
      seen = this.el.clientHeight - this.head.offsetHeight;
    const above = this.el.scrollTop - top;
    const below = top + this.high - this.el.scrollTop - seen;
    // a step scrolls by a row, a leap shows what is around
    if (Math.max(above, below) > 4 * this.high) this.el.scrollTop = top - seen / 2;
    else if (above > 0) this.el.scrollTop = Math.max(top - this.high, 0);
    else if (below > 0) this.el.scrollTop = top + 2 * this.high - seen;
  }

  toggle(node, closed = !this.collapsed.has(node.id)) {
    if (!node.children.length || this.hits) return;
    this.collapsed[closed ? "add" : "delete"](node.id);
    if (closed) {
      for (let up = this.selected; up; up = up.parent) if (up.parent === node) this.select(node, true);
      this.collapsed.add(node.id);
    }
    this.list();
  }

  collapseAll(closed) {
    this.collapsed = new Set(closed ? this.tree.order.filter((n) => n.children.length && n.depth > 0).map((n) => n.id) : []);
    if (closed) {
      let node = this.selected;
      for (let up = node; up; up = up.parent) if (this.collapsed.has(up.id) && up !== this.selected) node = up;
      if (node !== this.selected) {
        this.selected = node;
        this.on.selected(node, true);
      }
    }
    this.list();
    if (this.selected) this.into(this.selected);
  }

  find(text) {
    this.text = text;
    this.el.scrollTop = 0;
    this.list();
  }

  move(step) {
    const at = this.selected ? this.index.get(this.selected.id) : undefined;
    const to = at === undefined ? 0 : Math.min(Math.max(at + step, 0), this.rows.length - 1);
    if (this.rows[to]) this.select(this.rows[to], true);
  }
}
