// The pane beside the tree: all about one run, in tabs.

import { h, clear, kind, status } from "./dom.js";
import { cost, duration, group, tokens } from "./format.js";
import { chat } from "./chat.js";
import { compareButton, copyButtons } from "./copy.js";
import { JsonView } from "./json.js";
import { conversation } from "./messages.js";
import { neverArrived, notices } from "./notices.js";
import { attachments, files } from "./attachments.js";
import { events } from "./events.js";
import { feedback } from "./feedback.js";
import { metadata, usage } from "./metadata.js";
import { oneLine } from "./text.js";

/** Runs that are kept for when somebody comes back, by their letters together: an hour of live updates must not fill the memory. */
const KEPT = 20_000_000;
const filled = (value) => value != null && (typeof value !== "object" || Object.keys(value).length > 0);

export class Detail {
  /** `on`: tab(name) when another tab is chosen, close() when the pane is left, project() for its name. */
  constructor(el, on) {
    this.el = el;
    this.on = on;
    this.cache = new Map();
    this.wanted = null;
  }

  show(node, now) {
    const same = this.node && this.node.id === node.id;
    this.node = node;
    this.asked = (this.asked || 0) + 1;
    clearTimeout(this.timer);
    if (node.missing) return this.missing(node);
    const known = this.cache.get(node.id);
    // what is in flight may have got events and outputs that the tree does not show
    const fresh = known && node.status !== "pending" && known.of === JSON.stringify(node.run);
    if (known) this.draw(known, same);
    else if (!same) this.skeleton(node);
    // while the arrow is held down, nothing is asked for each run on the way
    if (!fresh) this.timer = setTimeout(() => this.load(node), now || !known ? 40 : 0);
  }

  async load(node) {
    const asked = this.asked;
    try {
      const [answer, scores] = await Promise.all([
        fetch("/api/v1/runs/" + encodeURIComponent(node.id)),
        fetch("/api/v1/feedback?limit=100&run=" + encodeURIComponent(node.id)).catch(() => null),
      ]);
      if (!answer.ok)
        throw new Error(
          answer.status === 404 ? "The run is not in the store any more." : "The server answered " + answer.status + ".",
        );
      const text = await answer.text();
      const list = scores?.ok ? await scores.json() : [];
      const known = {
        run: JSON.parse(text),
        text,
        scores: Array.isArray(list) ? list.reverse() : [],
        of: JSON.stringify(node.run),
      };
      this.cache.delete(node.id);
      this.cache.set(node.id, known);
      this.on.loaded(known.run);
      let kept = 0;
      for (const [id, one] of [...this.cache].reverse()) {
        kept += one.text.length;
        if (kept > KEPT && one !== known) this.cache.delete(id);
      }
      if (asked !== this.asked) return;
      // only what is on the screen counts: an earlier answer may have come too late to be shown
      const seen = this.drawn?.run.id === node.id ? this.drawn : null;
      if (seen && seen.text === text && JSON.stringify(seen.scores) === JSON.stringify(known.scores)) return;
      this.draw(known, !!seen);
    } catch (error) {
      if (asked === this.asked && !this.cache.has(node.id)) this.failed(node, error.message);
    }
  }

  head(node, run) {
    const facts = [];
    const fact = (name, value) => {
      if (value) facts.push(h("span", { class: "fact" }, name + " ", h("b", { text: value })));
    };
    const end = node.end ?? null;
    if (node.start != null) fact("", end == null ? "in flight" : duration(end - node.start));
    fact("first token", node.run.first_token_ms == null ? "" : duration(node.run.first_token_ms));
    if (node.run.prompt_tokens || node.run.completion_tokens)
      facts.push(
        h(
          "span",
          { class: "fact" },
          "tokens ",
          h("b", { text: tokens(node.run.prompt_tokens || 0) }),
          " → ",
          h("b", { text: tokens(node.run.completion_tokens || 0) }),
        ),
      );
    else fact("tokens", node.run.total_tokens ? group(node.run.total_tokens) : "");
    fact("cost", node.run.cost ? cost(node.run.cost) : "");
    const params = run?.extra?.invocation_params ?? run?.extra?.metadata ?? {};
    for (const key of ["temperature", "ls_temperature"])
      if (typeof params[key] === "number") fact("temperature", String(params[key]));
    return h(
      "header",
      { class: "dh" },
      h(
        "div",
        { class: "row" },
        this.back(),
        status(node.status),
        h("h2", { class: "clip", title: oneLine(node.name, 400) }, h("bdi", { text: oneLine(node.name || "unnamed", 200) })),
        kind(oneLine(node.type, 24)),
        node.run.model && node.run.model !== node.name ? h("bdi", { class: "dim clip", text: oneLine(node.run.model, 60) }) : null,
      ),
      h(
        "div",
        { class: "row facts" },
        facts,
        h("span", { class: "spacer" }),
        run ? [copyButtons(run), compareButton(run, () => this.draw(this.cache.get(node.id), true))] : null,
      ),
    );
  }

  skeleton(node) {
    this.drawn = null;
    clear(this.el).append(
      this.head(node),
      ...notices(node, node.run.error),
      h("div", { class: "wait-lines", role: "status", "aria-label": "loading" }, h("i"), h("i"), h("i")),
    );
    this.el.scrollTop = 0;
  }

  failed(node, text) {
    this.drawn = null;
    clear(this.el).append(
      this.head(node),
      h("p", { class: "notice bad", role: "alert", text }),
      h("button", { class: "btn", type: "button", text: "Try again", on: { click: () => this.load(node) } }),
    );
  }

  missing(node) {
    this.drawn = null;
    clear(this.el).append(
      h(
        "header",
        { class: "dh" },
        h(
          "div",
          { class: "row" },
          this.back(),
          h("span", { class: "sg st-missing", text: "?" }),
          h("h2", { text: "A parent that never arrived" }),
        ),
      ),
      ...neverArrived(node),
    );
  }

  back() {
    return h("button", { class: "btn quiet small back", type: "button", text: "← Tree", on: { click: () => this.on.close() } });
  }

  tabs(known) {
    const { run } = known,
      node = this.node;
    if (known.talk === undefined) {
      try {
        known.talk = conversation(run);
      } catch {
        known.talk = null;
      }
    }
    const files_ = files(run),
      count = (n) => (n ? " " + group(n) : "");
    const list = [];
    if (known.talk) list.push(["chat", "Chat", () => chat(known.talk, run, () => this.draw(this.cache.get(node.id), true))]);
    list.push([
      "io",
      "Input / Output",
      () =>
        h(
          "div",
          {},
          filled(run.inputs) ? new JsonView(run.inputs, "Input").el : h("p", { class: "dim pad", text: "No input." }),
          filled(run.outputs)
            ? new JsonView(run.outputs, "Output").el
            : h("p", {
                class: "dim pad",
                text: run.status === "pending" ? "◌ No output yet: the run is in flight." : "No output.",
              }),
        ),
    ]);
    if (run.events?.length) list.push(["events", "Events" + count(run.events.length), () => events(run)]);
    if (files_.length) list.push(["attachments", "Attachments" + count(files_.length), () => attachments(run)]);
    list.push(["metadata", "Metadata", () => metadata(run, node, this.on.project())]);
    list.push([
      "feedback",
      "Feedback" + count(known.scores.length),
      () => {
        const made = feedback(run, known.scores, (one) => {
          known.scores = [one, ...known.scores];
          made.draw(known.scores);
          document.getElementById("tab-feedback").textContent = "Feedback" + count(known.scores.length);
        });
        return made.el;
      },
    ]);
    list.push(["usage", "Usage", () => usage(run, node)]);
    list.push(["raw", "Raw", () => new JsonView(run, "Run").el]);
    return list;
  }

  /** `keep`: what is open and how far it is scrolled stays, as far as the tab allows. */
  draw(known, keep) {
    if (!known) return;
    const node = this.node,
      top = keep ? this.el.scrollTop : 0;
    const had = keep && this.el.contains(document.activeElement);
    // somebody is writing here: what is new comes with the next visit
    if (had && /^(TEXTAREA|INPUT)$/.test(document.activeElement.tagName)) return;
    this.drawn = known;
    const list = this.tabs(known);
    const chosen = (list.find(([name]) => name === this.wanted) || list[0])[0];
    const panel = h("div", { class: "panel", role: "tabpanel", id: "panel", "aria-labelledby": "tab-" + chosen });
    const bar = h("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the run" });
    const open = (name, focus) => {
      for (const tab of bar.children) {
        const is = tab.dataset.name === name;
        tab.setAttribute("aria-selected", is);
        tab.tabIndex = is ? 0 : -1;
        if (is && focus) tab.focus();
        if (is) tab.scrollIntoView?.({ block: "nearest", inline: "nearest" });
      }
      panel.setAttribute("aria-labelledby", "tab-" + name);
      clear(panel).append(list.find((one) => one[0] === name)[2]());
    };
    const choose = (name, focus) => {
      this.wanted = name;
      open(name, focus);
      this.on.tab(name);
    };
    list.forEach(([name, label], i) =>
      bar.append(
        h("button", {
          role: "tab",
          type: "button",
          id: "tab-" + name,
          "aria-controls": "panel",
          data: { name },
          text: label,
          on: {
            click: () => choose(name),
            keydown: (event) => {
              const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: list.length - 1 }[event.key];
              if (to === undefined) return;
              event.preventDefault();
              choose(list[(to + list.length) % list.length][0], true);
            },
          },
        }),
      ),
    );
    const focused = had ? document.activeElement.id : "";
    clear(this.el).append(this.head(node, known.run), ...notices(node, known.run.error), bar, panel);
    open(chosen);
    this.el.scrollTop = top;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
