// The whole trace at a glance, with a window over the part that the waterfall shows.

import { h, typeClass } from "./dom.js";
import { duration } from "./format.js";
import { endOf } from "./run.js";

export class Minimap {
  constructor(scale) {
    this.scale = scale;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    // a canvas knows no variables: the colours are read from an element that has them
    this.probe = h("span", { class: "probe" });
    this.before = h("span", { class: "shade" });
    this.after = h("span", { class: "shade" });
    this.handles = ["start", "end"].map((which, i) =>
      h("span", {
        class: "handle",
        role: "slider",
        tabindex: "0",
        "aria-label": which + " of the visible part",
        on: { keydown: (event) => this.key(event, i) },
      }),
    );
    this.el = h(
      "div",
      { class: "minimap", title: "Drag to zoom, double click for the whole trace" },
      this.canvas,
      this.probe,
      this.before,
      this.after,
      ...this.handles,
    );
    this.el.addEventListener("pointerdown", (event) => this.grab(event));
    this.el.addEventListener("dblclick", () => scale.reset());
    new ResizeObserver(() => this.soon()).observe(this.el);
  }

  show(tree, now) {
    this.tree = tree;
    this.now = now;
    this.soon();
  }

  /** After the rows, and once a frame at most. */
  soon() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  /** One line a run, at most as many as there are pixels; failed ones last, so that nothing hides them. */
  draw() {
    const { tree, canvas, scale } = this;
    const width = this.el.clientWidth,
      height = this.el.clientHeight;
    if (!tree || !width || !height) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const paint = canvas.getContext("2d");
    paint.scale(ratio, ratio);
    const colours = new Map();
    const colour = (name) => {
      if (!colours.has(name)) {
        this.probe.className = "probe " + name;
        colours.set(name, getComputedStyle(this.probe).color);
      }
      return colours.get(name);
    };
    const rows = tree.order,
      pad = 4;
    const step = Math.min((height - 2 * pad) / Math.max(rows.length, 1), 5);
    const thick = Math.max(Math.min(step * 0.7, 3), 1);
    const span = scale.end - scale.start;
    const line = (node, i) => {
      if (node.start == null) return;
      const x = ((node.start - scale.start) / span) * width;
      const end = ((endOf(node, this.now) - scale.start) / span) * width;
      paint.fillRect(x, pad + i * step, Math.max(end - x, 1.5), thick);
    };
    paint.globalAlpha = 0.75;
    rows.forEach((node, i) => {
      if (node.status !== "error") {
        paint.fillStyle = colour(typeClass(node.type));
        line(node, i);
      }
    });
    paint.globalAlpha = 1;
    paint.fillStyle = colour("failed");
    rows.forEach((node, i) => {
      if (node.status === "error") line(node, i);
    });
    this.place();
  }

  place() {
    const { scale } = this;
    const share = (t) => ((t - scale.start) / (scale.end - scale.start)) * 100;
    const from = share(scale.from),
      to = share(scale.to);
    this.before.style.width = from + "%";
    this.after.style.left = to + "%";
    this.after.style.width = 100 - to + "%";
    [from, to].forEach((at, i) => {
      const handle = this.handles[i];
      handle.style.left = at + "%";
      handle.setAttribute("aria-valuenow", Math.round(at));
      handle.setAttribute("aria-valuetext", duration((i ? scale.to : scale.from) - scale.start));
    });
    this.el.classList.toggle("zoomed", !!scale.window);
  }

  key(event, which) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (event.key === "Escape") this.scale.reset();
    else if (!step) return;
    else {
      const by = ((this.scale.end - this.scale.start) / 100) * step;
      this.scale.zoom(this.scale.from + (which ? 0 : by), this.scale.to + (which ? by : 0));
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** A handle moves one end, the window moves as a whole, anywhere else a new window is drawn. */
  grab(event) {
    if (event.button) return;
    const { scale } = this;
    const box = this.el.getBoundingClientRect();
    const at = (e) => scale.start + Math.min(Math.max((e.clientX - box.left) / box.width, 0), 1) * (scale.end - scale.start);
    const first = at(event),
      from = scale.from,
      to = scale.to;
    const handle = this.handles.indexOf(event.target);
    const inside = scale.window && first > from && first < to;
    const move = (e) => {
      const t = at(e);
      if (handle === 0) scale.zoom(Math.min(t, to), to);
      else if (handle === 1) scale.zoom(from, Math.max(t, from));
      else if (inside) {
        const by = Math.min(Math.max(t - first, scale.start - from), scale.end - to);
        scale.zoom(from + by, to + by);
      } else if (Math.abs(e.clientX - event.clientX) > 3) scale.zoom(Math.min(first, t), Math.max(first, t));
    };
    const stop = () => {
      this.el.removeEventListener("pointermove", move);
      this.el.classList.remove("dragging");
    };
    try {
      this.el.setPointerCapture(event.pointerId);
    } catch {
      /* the pointer has gone */
    }
    this.el.classList.add("dragging");
    this.el.addEventListener("pointermove", move);
    this.el.addEventListener("pointerup", stop, { once: true });
    this.el.addEventListener("pointercancel", stop, { once: true });
  }
}
