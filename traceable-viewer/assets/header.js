// The line above the tree: the name of the trace and its facts.

import { h, clear, status } from "./dom.js";
import { cost, duration, fullTime, group, plural, time, tokens } from "./format.js";

export class Header {
  constructor() {
    this.title = h("h1");
    this.facts = h("div", { class: "facts" });
  }

  show(doc, tree, now, thread) {
    this.start = tree.start;
    const root = tree.roots.find((node) => !node.missing) || tree.roots[0];
    const name = doc.name || root?.name || "trace";
    document.title = `${name} · traceable`;
    clear(this.title).append(
      status(tree.pending && root?.status !== "error" ? "pending" : root?.missing ? "pending" : root?.status || "pending"),
      " ",
      h("bdi", { text: name.slice(0, 200), title: name.slice(0, 500) }),
    );
    clear(this.facts);
    const fact = (label, value, more = {}) => {
      if (value)
        this.facts.append(
          h("span", { class: "fact", ...more }, label ? label + " " : "", value instanceof Node ? value : h("b", { text: value })),
        );
    };
    const used = tree.used;
    this.clock = h("b", { text: duration(now - tree.start) });
    if (tree.pending) fact("◌ running,", this.clock);
    else fact("", duration(root?.end != null && !root.missing ? root.end - root.start : tree.end - tree.start));
    const first = tree.order
      .filter((node) => node.run?.first_token_ms != null)
      .map((node) => node.start + node.run.first_token_ms - tree.start);
    if (first.length) fact("first token", duration(first.reduce((a, b) => Math.min(a, b))));
    if (used.prompt_tokens || used.completion_tokens) {
      fact(
        "tokens",
        h("span", {}, h("b", { text: tokens(used.prompt_tokens) }), " → ", h("b", { text: tokens(used.completion_tokens) })),
      );
    } else fact("tokens", used.total_tokens ? tokens(used.total_tokens) : "");
    fact("cost", used.cost ? cost(used.cost) : "");
    fact("runs", group(tree.runs));
    if (tree.errors) fact("", h("b", { class: "bad", text: "✗ " + plural(tree.errors, "error") }));
    if (tree.broken) fact("", h("b", { class: "warn", text: "⚠ broken trace" }));
    fact("", time(tree.start), { title: fullTime(tree.start) });
    fact(
      "project",
      h("a", { href: "/?project=" + encodeURIComponent(doc.project || ""), text: String(doc.project ?? "").slice(0, 60) }),
    );
    if (thread)
      fact(
        "thread",
        h("a", { href: "/?filter=" + encodeURIComponent(`eq(thread_id, ${JSON.stringify(thread)})`), text: thread.slice(0, 40) }),
      );
  }

  /** What is running has become longer. */
  grow(now) {
    this.clock.textContent = duration(now - this.start);
  }
}
