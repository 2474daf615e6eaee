// The chart above the list: runs with errors, latency, tokens, over the same time.
// A brush over any of the three chooses the time; the popover "Time" is its way by keyboard.
import { h, s, clear } from "./dom.js";
import { duration, group, time, tokens, plural } from "./format.js";

const HEIGHT = 44;

/** `{el, draw(answer, tab)}`; `choose(from, to)` is called with milliseconds after a brush. */
export function chart(choose) {
  const panels = [
    { title: "Runs", draw: bars((b) => b.runs, (b) => b.errors), sum: (bins) => runsText(total(bins, "runs"), total(bins, "errors")), one: (b) => runsText(b.runs, b.errors) },
    { title: "Latency", draw: spans, sum: latencySum, one: (b) => (known(b) ? latencyText(b.p50, b.p95) : [h("span", { text: "none" })]) },
    { title: "Tokens", draw: bars((b) => b.tokens, () => 0), sum: (bins) => [h("b", { text: tokens(total(bins, "tokens")) || "0" })], one: (b) => [h("b", { text: tokens(b.tokens) || "0" })] },
  ];
  let answer = null;
  let brush = null;
  const marks = panels.map(() => null);
  const el = h("section", { class: "chart", "aria-label": "Over time" }, panels.map((panel, i) => {
    panel.name = h("span", { class: "faint", text: panel.title });
    panel.value = h("span", { class: "value" });
    panel.svg = s("svg", { height: HEIGHT, role: "img" });
    panel.axis = h("div", { class: "axis", "aria-hidden": "true" });
    panel.svg.addEventListener("pointermove", (e) => move(e));
    panel.svg.addEventListener("pointerleave", () => !brush && rest());
    panel.svg.addEventListener("pointerdown", (e) => start(e, panel));
    panel.svg.addEventListener("pointerup", (e) => end(e));
    panel.svg.addEventListener("pointercancel", () => { brush = null; rest(); });
    return h("figure", { data: { panel: i } }, h("figcaption", {}, panel.name, panel.value), panel.svg, panel.axis);
  }));
  new ResizeObserver(() => answer && draw(answer)).observe(el);

  function draw(next, what) {
    if (what) panels[0].title = panels[0].name.textContent = what === "runs" ? "Runs" : "Traces";
    answer = next && dense(next);
    const bins = answer?.bins || [];
    el.hidden = bins.length === 0;
    if (!bins.length || brush) return;
    for (const [i, panel] of panels.entries()) {
      const width = panel.svg.clientWidth || 1;
      clear(panel.svg);
      panel.svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      panel.svg.append(s("path", { class: "base", d: `M0 ${HEIGHT - 0.5}H${width}` }), ...panel.draw(bins, width));
      marks[i] = s("rect", { class: "mark", y: 0, height: HEIGHT, width: 0 });
      panel.svg.append(marks[i]);
      clear(panel.axis).append(h("span", { text: clock(answer.from) }), h("span", { text: clock(answer.to) }));
    }
    rest();
  }

  // Within one day the seconds say nothing; a short time needs them.
  function clock(ms) {
    const span = answer.to - answer.from;
    const text = time(ms);
    return span > 600_000 && /^\d\d:\d\d:\d\d$/.test(text) ? text.slice(0, 5) : text;
  }

  function rest() {
    for (const [i, panel] of panels.entries()) {
      if (!answer?.bins.length) return;
      marks[i]?.setAttribute("width", 0);
      const words = panel.sum(answer.bins);
      clear(panel.value).append(...words);
      panel.svg.setAttribute("aria-label", `${panel.title} from ${time(answer.from)} to ${time(answer.to)}: ${panel.value.textContent}`);
    }
  }

  function place(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.max(0, Math.min(box.width - 0.01, event.clientX - box.left));
    return Math.floor((x / box.width) * answer.bins.length);
  }

  function show(a, b) {
    const bins = answer.bins;
    for (const [i, panel] of panels.entries()) {
      const step = panel.svg.clientWidth / bins.length;
      marks[i].setAttribute("x", Math.min(a, b) * step);
      marks[i].setAttribute("width", (Math.abs(a - b) + 1) * step);
      const some = bins.slice(Math.min(a, b), Math.max(a, b) + 1);
      const at = bins[Math.min(a, b)].t;
      const until = Math.min(answer.to, bins[Math.max(a, b)].t + answer.step_ms);
      clear(panel.value).append(...(a === b ? panel.one(some[0]) : panel.sum(some)), i === 0 ? h("span", { class: "faint", text: `${clock(at)} – ${clock(until)}` }) : "");
    }
  }

  function move(event) {
    if (!answer?.bins.length) return;
    const at = place(event);
    show(brush ? brush.at : at, at);
  }

  function start(event, panel) {
    if (event.button !== 0 || !answer?.bins.length) return;
    brush = { at: place(event) };
    panel.svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  function end(event) {
    if (!brush) return;
    const a = brush.at;
    const b = place(event);
    brush = null;
    const bins = answer.bins;
    choose(bins[Math.min(a, b)].t, bins[Math.max(a, b)].t + answer.step_ms);
  }

  return { el, draw };
}

/** The answer leaves out bins without runs: here each has its place. */
function dense(answer) {
  const { bins, step_ms } = answer;
  if (!bins.length) return answer;
  const from = Math.min(answer.from, bins[0].t);
  const count = Math.min(200, Math.max(1, Math.ceil((answer.to - from) / step_ms - 1e-6)));
  const all = Array.from({ length: count }, (_, i) => ({ t: from + i * step_ms, runs: 0, errors: 0, p50: null, p95: null, tokens: 0 }));
  for (const bin of bins) {
    const at = Math.floor((bin.t - from) / step_ms + 1e-6);
    if (all[at]) all[at] = { ...bin, t: all[at].t };
  }
  return { ...answer, from, bins: all };
}

const known = (bin) => bin.runs > 0 && typeof bin.p50 === "number" && typeof bin.p95 === "number";

function total(bins, key) {
  return bins.reduce((sum, bin) => sum + (bin[key] || 0), 0);
}

function runsText(runs, errors) {
  const words = [h("b", { text: group(runs) })];
  if (errors) words.push(h("span", { class: "bad", text: `✗ ${plural(errors, "error")}` }));
  return words;
}

function latencyText(p50, p95, about = " ", most = " ") {
  return [h("span", { class: "p50", text: `p50${about}${duration(p50)}` }), h("span", { class: "p95", text: `p95${most}${duration(p95)}` })];
}

// Percentiles of bins give no exact one of all: the median is near their mean, the p95 is at most their highest.
function latencySum(bins) {
  const some = bins.filter(known);
  if (!some.length) return [h("span", { text: "none" })];
  const weigh = (key) => some.reduce((sum, b) => sum + b[key] * b.runs, 0) / total(some, "runs");
  return latencyText(weigh("p50"), Math.max(...some.map((b) => b.p95)), ...(some.length > 1 ? [" ≈ ", " ≤ "] : []));
}

/** Where a bar stands; among few bins it is no wider than among many. */
function slot(i, step) {
  const w = Math.max(1, Math.min(12, step - Math.min(2, step * 0.3)));
  return [(i + 0.5) * step - w / 2, w];
}

/** Stacked bars, the errors below, with a gap so that they are two shapes and not two colours alone. */
function bars(value, errors) {
  return (bins, width) => {
    const most = Math.max(1, ...bins.map((b) => value(b) || 0));
    const step = width / bins.length;
    const out = [];
    for (const [i, bin] of bins.entries()) {
      const n = value(bin) || 0;
      if (!n) continue;
      const tall = Math.max(2, (n / most) * (HEIGHT - 3));
      const bad = errors(bin) ? Math.max(3, (errors(bin) / most) * (HEIGHT - 3)) : 0;
      const [x, w] = slot(i, step);
      if (tall - bad > 1) out.push(s("rect", { class: "all", x, width: w, y: HEIGHT - tall, height: tall - bad - (bad ? 1 : 0), rx: 1 }));
      if (bad) out.push(s("rect", { class: "bad", x, width: w, y: HEIGHT - bad, height: bad, rx: 1 }));
    }
    return out;
  };
}

/** For each bin a bar up to the p50, and a fainter one from there to the p95: one run alone is seen as well as many. */
function spans(bins, width) {
  const most = Math.max(1, ...bins.map((b) => b.p95 || 0));
  const y = (value) => HEIGHT - Math.max(2, (value / most) * (HEIGHT - 3));
  return bins.flatMap((bin, i) => {
    if (!known(bin)) return [];
    const [x, w] = slot(i, width / bins.length);
    const [low, high] = [y(bin.p50), y(bin.p95)];
    return [s("rect", { class: "p95", x, width: w, y: high, height: low - high, rx: 1 }), s("rect", { class: "all", x, width: w, y: low, height: HEIGHT - low, rx: 1 })];
  });
}
