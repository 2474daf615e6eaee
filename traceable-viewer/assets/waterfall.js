// The time axis: what part of the trace is seen, where a bar lies in it, and the marks above it.

import { h, clear, typeClass } from "./dom.js";
import { duration } from "./format.js";
import { endOf } from "./run.js";

/** Shorter than a microsecond nothing is drawn. */
const SHORTEST = 0.001;

/** With as many digits as tell one mark from the next. */
function label(ms, step) {
  if (ms >= 60_000) return duration(ms);
  const unit = ms >= 1000 ? 1000 : 1;
  const digits = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return `${(ms / unit).toFixed(Math.min(digits, 6))} ${unit === 1 ? "ms" : "s"}`;
}

export class Scale {
  constructor(changed) {
    this.changed = changed;
    this.start = 0;
    this.end = 1;
    this.window = null;
  }

  /** The whole trace. What is zoomed stays where it is. */
  fit(start, end) {
    this.start = start;
    this.end = Math.max(end, start + SHORTEST);
  }

  get from() {
    return this.window ? this.window[0] : this.start;
  }
  get to() {
    return this.window ? this.window[1] : this.end;
  }

  zoom(from, to) {
    const least = Math.max(SHORTEST, (this.end - this.start) / 1e6);
    from = Math.max(this.start, from);
    to = Math.min(this.end, to);
    if (to - from < least) to = Math.min(this.end, from + least);
    if (to - from < least) from = Math.max(this.start, to - least);
    const whole = from <= this.start && to >= this.end;
    this.window = whole ? null : [from, to];
    this.changed();
  }

  reset() {
    this.window = null;
    this.changed();
  }

  around(node, now) {
    if (node.start == null) return;
    const end = endOf(node, now);
    const room = Math.max((end - node.start) * 0.04, SHORTEST);
    this.zoom(node.start - room, end + room);
  }

  /** By a factor, so that the moment under the pointer stays where it is. */
  by(factor, share) {
    const at = this.from + (this.to - this.from) * share;
    this.zoom(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  pan(share) {
    if (!this.window) return;
    const width = this.to - this.from;
    const from = Math.min(Math.max(this.from + width * share, this.start), this.end - width);
    this.zoom(from, from + width);
  }

  /** In percent of the visible part; far outside is all the same. */
  percent(t) {
    return Math.min(Math.max(((t - this.from) / (this.to - this.from)) * 100, -100), 200);
  }

  ticks(most) {
    const width = this.to - this.from;
    const power = 10 ** Math.floor(Math.log10(width / most));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => width / n <= most) || width;
    const list = [];
    for (let i = Math.ceil((this.from - this.start) / step - 1e-9); list.length <= most; i++) {
      const t = this.start + i * step;
      if (t > this.to) break;
      list.push({ percent: this.percent(t), label: i === 0 ? "0" : label(i * step, step) });
    }
    return list;
  }
}

export function drawTicks(scale, labels, lines, most) {
  clear(labels);
  clear(lines);
  for (const tick of scale.ticks(most)) {
    if (tick.percent <= 88) {
      const label = h("span", { class: "tick", text: tick.label });
      label.style.left = tick.percent + "%";
      labels.append(label);
    }
    const line = h("span", { class: "line" });
    line.style.left = tick.percent + "%";
    lines.append(line);
  }
}

/** The elements of a bar; they are used again for other runs. */
export function makeBar() {
  const wait = h("span", { class: "wait" });
  const bar = h("span", { class: "b" }, wait);
  const mark = h("span", { class: "mark" });
  const cell = h("span", { class: "bar", role: "gridcell" }, bar, mark);
  return { cell, bar, wait, mark, look: "" };
}

export function drawBar(parts, node, scale, now) {
  const look = `b ${typeClass(node.type)}${node.status === "success" ? "" : " is-" + node.status}`;
  if (parts.look !== look) parts.bar.className = parts.look = look;
  if (node.start == null) {
    parts.bar.hidden = parts.mark.hidden = true;
    return;
  }
  const end = endOf(node, now) ?? node.start;
  const left = scale.percent(node.start);
  const width = Math.max(scale.percent(end) - left, 0);
  parts.bar.hidden = false;
  parts.bar.style.left = left + "%";
  parts.bar.style.width = `max(3px, ${width}%)`;
  const first = node.run && node.run.first_token_ms;
  const has = first != null && first >= 0;
  parts.mark.hidden = parts.wait.hidden = !has;
  if (has) {
    const share = end > node.start ? Math.min(first / (end - node.start), 1) : 1;
    parts.wait.style.width = share * 100 + "%";
    parts.mark.style.left = scale.percent(node.start + first) + "%";
    parts.mark.title = "first token after " + duration(first);
  }
}
