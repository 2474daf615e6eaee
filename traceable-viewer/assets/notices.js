// Why a run is not where it belongs, why it failed, and what is known of one that never came.

import { h } from "./dom.js";
import { copyButton, longText, oneLine } from "./text.js";

/** What is in backticks is code. */
const quoted = (text) => text.split("`").map((part, i) => (i % 2 ? h("code", { text: part }) : part));

/** Why the run is not where it belongs, and why it failed. */
export function notices(node, error) {
  const list = [];
  const broken = node.run.broken;
  if (broken) {
    list.push(
      h(
        "div",
        { class: "notice warn broken", role: "note" },
        h(
          "p",
          {},
          h("b", { text: "⚠ Broken trace. " }),
          h("bdi", { dir: "auto" }, quoted(oneLine(broken.text || broken.reason, 600))),
        ),
        h(
          "p",
          { class: "dim" },
          broken.site ? [h("bdi", { class: "mono", text: oneLine(broken.site, 200) })] : null,
          broken.suspect
            ? [
                broken.site ? " · " : "",
                "likely parent ",
                h(
                  "a",
                  { href: `/trace/${encodeURIComponent(broken.suspect.trace_id)}?run=${encodeURIComponent(broken.suspect.id)}` },
                  h("bdi", { text: oneLine(broken.suspect.name, 100) }),
                ),
              ]
            : null,
        ),
        broken.fix
          ? h(
              "div",
              { class: "fix" },
              h("pre", { tabindex: "0", "aria-label": "fix" }, h("code", { text: String(broken.fix).slice(0, 4000) })),
              copyButton("Copy fix", broken.fix),
            )
          : null,
      ),
    );
  }
  if (error) {
    const box = h(
      "div",
      { class: "notice bad err" },
      h("div", { class: "row" }, h("b", { text: "✗ Error" }), h("span", { class: "spacer" }), copyButton("Copy", error)),
    );
    const text = longText(error);
    text.classList.add("mono");
    text.tabIndex = 0;
    box.append(text);
    list.push(box);
  }
  return list;
}

/** Runs name it, so it has a place in the tree. */
export function neverArrived(node) {
  const runs = node.children.length === 1 ? "1 run names" : `${node.children.length} runs name`;
  return [
    h(
      "div",
      { class: "notice warn" },
      h("p", { text: `${runs} this run as parent, but it has not been received.` }),
      h("p", {
        class: "dim",
        text: "Its process may still run and send later, or it ended before its runs were flushed, or it traces to another place, or sampling left it out. When it comes, it takes this place by itself.",
      }),
    ),
    h(
      "div",
      { class: "row pad" },
      h("span", { class: "dim", text: "id" }),
      h("bdi", { class: "mono", text: node.id }),
      copyButton("copy", node.id),
    ),
  ];
}
