// The events of a run, with how long after its start they came.

import { h } from "./dom.js";
import { duration, fullTime } from "./format.js";
import { isObject, moment, oneLine, paged } from "./text.js";

export function events(run) {
  const start = moment(run.start_time);
  const box = h("div", { class: "events" });
  let tokens = 0;
  const rows = (run.events || []).map((event) => {
    const name = isObject(event) ? String(event.name ?? "event") : "event";
    const kwargs = isObject(event) ? (event.kwargs ?? event.message ?? null) : event;
    if (name === "new_token") tokens++;
    return { name, kwargs, t: isObject(event) ? moment(event.time) : null, first: name === "new_token" && tokens === 1 };
  });
  let before = start;
  for (const row of rows) {
    row.gap = row.t != null && before != null ? row.t - before : null;
    if (row.t != null) before = row.t;
  }
  box.append(
    h(
      "div",
      { class: "ev headrow" },
      h("span", { class: "num", text: "after" }),
      h("span", { class: "num", text: "gap" }),
      h("span", { text: "event" }),
      h("span", { text: "content" }),
    ),
  );
  paged(
    rows,
    box,
    (row) => {
      const token = row.name === "new_token" && isObject(row.kwargs) && typeof row.kwargs.token === "string";
      const text = token
        ? JSON.stringify(oneLine(row.kwargs.token, 80))
        : row.kwargs == null
          ? ""
          : oneLine(typeof row.kwargs === "string" ? row.kwargs : (JSON.stringify(row.kwargs)?.slice(0, 400) ?? ""), 160);
      return h(
        "div",
        { class: "ev" + (row.first ? " first" : "") },
        h("span", {
          class: "num",
          text: row.t == null || start == null ? "" : "+" + duration(Math.max(row.t - start, 0)),
          title: fullTime(row.t),
        }),
        h("span", { class: "num faint", text: row.gap == null ? "" : duration(Math.max(row.gap, 0)) }),
        h(
          "span",
          { class: "clip" },
          h("bdi", { text: oneLine(row.name, 60) }),
          row.first ? h("span", { class: "flag run", text: "first token" }) : null,
        ),
        h("bdi", { class: "mono clip", text, title: text }),
      );
    },
    200,
  );
  return box;
}
