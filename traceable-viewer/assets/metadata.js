// Metadata and tags of a run; its usage and cost.

import { h } from "./dom.js";
import { cost, duration, fullTime, group, plural } from "./format.js";
import { JsonView } from "./json.js";
import { copyButton, isObject, moment, oneLine, paged } from "./text.js";

const facts = (rows) =>
  h(
    "dl",
    { class: "facts-list" },
    rows
      .filter((row) => row && row[1] !== "" && row[1] != null)
      .map(([name, value, title]) => [
        h("dt", { text: name }),
        h("dd", { title: title || "" }, value instanceof Node ? value : h("bdi", { text: String(value) })),
      ]),
  );

export function metadata(run, node, project) {
  const extra = isObject(run.extra) ? run.extra : {};
  const { metadata: meta, runtime, ...rest } = extra;
  const tags = Array.isArray(run.tags) ? run.tags : [];
  const id = (text) => h("span", { class: "idv" }, h("bdi", { class: "mono", text }), copyButton("copy", text));
  const box = h("div", {});
  if (tags.length) {
    const row = h("div", { class: "tags", "aria-label": "tags" });
    paged(tags, row, (tag) => h("bdi", { class: "chip", text: oneLine(tag, 120), title: String(tag).slice(0, 500) }), 60);
    box.append(row);
  }
  box.append(
    facts([
      ["Run", id(run.id)],
      ["Trace", id(run.trace_id)],
      ["Parent", run.parent_run_id ? id(run.parent_run_id) : "none, the root"],
      [
        "Thread",
        run.thread_id
          ? h("a", {
              href: "/?tab=traces&filter=" + encodeURIComponent(`eq(thread_id, ${JSON.stringify(run.thread_id)})`),
              text: oneLine(run.thread_id, 80),
            })
          : "",
      ],
      ["Project", project],
      ["Started", fullTime(moment(run.start_time))],
      ["Ended", run.end_time ? fullTime(moment(run.end_time)) : "not yet"],
      [
        "Dotted order",
        run.dotted_order
          ? h(
              "details",
              {},
              h("summary", { class: "dim", text: plural(run.dotted_order.split(".").length, "level") }),
              id(run.dotted_order),
            )
          : "",
      ],
    ]),
  );
  const values = [
    ["Metadata", meta],
    ["Runtime", runtime],
    ["Extra", rest],
    ["Serialized", run.serialized],
  ];
  for (const [title, value] of values) {
    if (value != null && (!isObject(value) || Object.keys(value).length)) box.append(new JsonView(value, title).el);
  }
  if (!meta || !Object.keys(meta).length) box.append(h("p", { class: "dim pad", text: "No metadata." }));
  return box;
}

export function usage(run, node) {
  const n = (value) => (value == null ? "" : group(value));
  const money = (value) => (value == null ? "" : cost(Number(value)));
  const box = h("div", {});
  const row = (name, count, price, sum) =>
    h(
      "tr",
      sum ? { class: "sum" } : {},
      h("th", { scope: "row", text: name }),
      h("td", { class: "num", text: count }),
      h("td", { class: "num", text: price }),
    );
  if (run.total_tokens != null || run.total_cost != null) {
    box.append(
      h(
        "table",
        { class: "usage" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("td"),
            h("th", { class: "num", scope: "col", text: "tokens" }),
            h("th", { class: "num", scope: "col", text: "cost" }),
          ),
        ),
        h(
          "tbody",
          {},
          row("Prompt", n(run.prompt_tokens), money(run.prompt_cost)),
          row("Completion", n(run.completion_tokens), money(run.completion_cost)),
          row("Total", n(run.total_tokens), money(run.total_cost), true),
        ),
      ),
    );
  }
  const start = moment(run.start_time),
    end = moment(run.end_time),
    first = moment(run.first_token_time) ?? (node?.run?.first_token_ms != null ? start + node.run.first_token_ms : null);
  box.append(
    facts([
      ["Duration", end == null ? "in flight" : duration(end - start)],
      ["First token", first == null ? "" : duration(first - start)],
      [
        "Tokens per second",
        run.completion_tokens && end != null && end - (first ?? start) > 1
          ? group(Math.round(run.completion_tokens / ((end - (first ?? start)) / 1000)))
          : "",
      ],
      ["Runs below", node?.runsBelow || ""],
    ]),
  );
  const detail = run.outputs?.usage_metadata ?? run.extra?.metadata?.usage_metadata ?? run.outputs?.usage;
  if (isObject(detail)) box.append(new JsonView(detail, "As it was sent").el);
  return box;
}
