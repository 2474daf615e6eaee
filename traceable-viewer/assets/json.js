// A value as JSON that folds. Branches are made when they are opened, long lists come in pages, long texts in parts.

import { h, copyText } from "./dom.js";
import { plural } from "./format.js";
import { copyButton, longText, oneLine, paged } from "./text.js";

const PAGE = 100;
/** How many values a search looks at, and how many finds it counts. */
const SEARCHED = 300_000,
  FOUND = 500;

const isBranch = (value) => value !== null && typeof value === "object";
const size = (value) => (Array.isArray(value) ? value.length : Object.keys(value).length);

/** `$.messages[0]["a key"]`, as jq and most languages read it. */
const step = (path, key) =>
  path + (typeof key === "number" ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? "." + key : `[${JSON.stringify(key)}]`);

export const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

export class JsonView {
  /** `title` names the value; small ones are open to the second level. A bare one has neither frame nor title. */
  constructor(value, title, bare) {
    this.value = value;
    this.finds = [];
    this.at = -1;
    this.tree = h("div", {
      class: "json",
      on: {
        click: (event) => this.click(event),
        keydown: (event) => this.key(event),
        focusin: (event) => this.tools(event),
        pointerover: (event) => this.tools(event),
      },
    });
    this.count = h("span", { class: "finds", role: "status" });
    this.input = h("input", {
      class: "field find",
      type: "search",
      placeholder: "find",
      "aria-label": "Find in " + title,
      on: {
        input: () => {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.find(), 120);
        },
        keydown: (event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            this.next(event.shiftKey ? -1 : 1);
          }
        },
      },
    });
    const branch = isBranch(value) && size(value) > 0;
    // what is seen at a glance needs no search
    const whole = branch && (size(value) > 12 || Object.values(value).some(isBranch)) ? [this.input, this.count] : [];
    this.el = h(
      "section",
      { class: "value" + (bare ? " bare" : ""), "aria-label": title },
      bare
        ? null
        : h(
            "header",
            {},
            h("h3", { text: title }),
            h("span", { class: "dim", text: branch ? this.label(value) : "" }),
            h("span", { class: "spacer" }),
            whole,
            copyButton("Copy", () => asText(value)),
          ),
      this.tree,
    );
    this.root = this.node(undefined, value, "$", 0);
    this.tree.append(this.root.el);
    const first = this.tree.querySelector("button.jk");
    if (first) first.tabIndex = 0;
    this.tool = h(
      "span",
      { class: "jtools" },
      h("button", {
        type: "button",
        tabindex: "-1",
        text: "copy path",
        title: "Copy the path (p)",
        on: { click: (e) => this.copy("path", e.currentTarget) },
      }),
      h("button", {
        type: "button",
        tabindex: "-1",
        text: "copy value",
        title: "Copy the value (c)",
        on: { click: (e) => this.copy("value", e.currentTarget) },
      }),
    );
  }

  label(value) {
    return Array.isArray(value) ? plural(value.length, "item") : plural(size(value), "key");
  }

  node(key, value, path, depth) {
    const branch = isBranch(value) && size(value) > 0;
    const row = h("div", { class: "jr" });
    // the value as a whole needs no line of its own: its frame names it
    const node = {
      el: h("div", { class: "jn" }, branch && key === undefined ? null : row),
      row,
      key,
      value,
      path,
      depth,
      open: false,
      branch,
    };
    row.node = node;
    const name = h(
      branch || key !== undefined ? "button" : "span",
      { class: "jk" + (branch ? " fold" : ""), type: "button", tabindex: "-1" },
      key === undefined ? null : h("bdi", { text: oneLine(key, 200) }),
    );
    if (branch) name.setAttribute("aria-expanded", "false");
    node.name = name;
    row.append(name);
    if (branch) {
      node.sum = h("span", { class: "jsum", text: this.preview(value) });
      row.append(node.sum);
      // what is small is open, unless a text in it would push all else away
      const tall = () => Object.values(value).some((one) => typeof one === "string" && one.length > 2000);
      if (depth === 0 || (depth < 2 && size(value) <= 12 && !tall())) this.open(node);
    } else row.append(this.leaf(value));
    return node;
  }

  preview(value) {
    if (Array.isArray(value)) return `[ ${plural(value.length, "item")} ]`;
    const keys = Object.keys(value),
      some = keys
        .slice(0, 4)
        .map((key) => oneLine(key, 24))
        .join(", ");
    return `{ ${some}${keys.length > 4 ? ", … " + (keys.length - 4) + " more" : ""} }`;
  }

  leaf(value) {
    if (typeof value === "string") {
      const text = longText(value);
      text.classList.add("jv", "str");
      if (value.includes("\n") || value.length > 60) text.classList.add("long");
      return text;
    }
    const kind = value === null ? "null" : isBranch(value) ? "null" : typeof value;
    return h("span", { class: "jv " + kind, text: isBranch(value) ? (Array.isArray(value) ? "[ ]" : "{ }") : String(value) });
  }

  open(node) {
    if (node.open || !node.branch) return;
    node.open = true;
    node.name.setAttribute("aria-expanded", "true");
    node.el.classList.add("open");
    if (!node.kids) {
      const keys = Array.isArray(node.value) ? null : Object.keys(node.value);
      node.keys = keys;
      node.made = new Map();
      node.kids = h("div", { class: "jkids" });
      node.pages = paged(
        keys || node.value,
        node.kids,
        (item, i) => {
          const key = keys ? item : i;
          const child = this.node(key, node.value[key], step(node.path, key), node.depth + 1);
          node.made.set(key, child);
          return child.el;
        },
        PAGE,
      );
      node.el.append(node.kids);
    }
    node.kids.hidden = false;
  }

  close(node) {
    if (!node.open) return;
    node.open = false;
    node.name.setAttribute("aria-expanded", "false");
    node.el.classList.remove("open");
    node.kids.hidden = true;
  }

  click(event) {
    if (event.target.closest(".jtools")) return;
    const node = event.target.closest(".jk, .jsum")?.closest(".jr")?.node;
    if (node) node.open ? this.close(node) : this.open(node);
  }

  /** The buttons that copy are one pair for all rows; they go where pointer or focus is. */
  tools(event) {
    const row = event.target.closest?.(".jr");
    if (row && row.node.key !== undefined && this.tool.parentNode !== row) row.append(this.tool);
  }

  copy(what, button) {
    const node = this.tool.parentNode?.node;
    if (node) copyText(what === "path" ? node.path : asText(node.value), button);
  }

  /** One tab stop: the arrows go from key to key and fold. */
  key(event) {
    const name = event.target.closest(".jk");
    if (!name || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = name.closest(".jr").node;
    const all = () => [...this.tree.querySelectorAll("button.jk")].filter((one) => one.offsetParent);
    const go = (to) => {
      if (to) {
        name.tabIndex = -1;
        to.tabIndex = 0;
        to.focus();
      }
    };
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const list = all();
      go(list[list.indexOf(name) + (event.key === "ArrowDown" ? 1 : -1)]);
    } else if (event.key === "ArrowRight") this.open(node);
    else if (event.key === "ArrowLeft") {
      if (node.open) this.close(node);
      else go(node.el.parentNode.closest(".jn")?.querySelector(".jk"));
    } else if (event.key === "c") this.copy("value", this.tool.lastChild);
    else if (event.key === "p") this.copy("path", this.tool.firstChild);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  find() {
    const wanted = this.input.value.trim().toLowerCase();
    this.mark(null);
    this.finds = [];
    this.at = -1;
    if (wanted) {
      const stack = [{ value: this.value, path: [] }];
      for (let looked = 0; stack.length && looked < SEARCHED && this.finds.length < FOUND; looked++) {
        const { value, path } = stack.pop();
        const key = path[path.length - 1];
        if (
          (typeof key === "string" && key.toLowerCase().includes(wanted)) ||
          (!isBranch(value) && String(value).toLowerCase().includes(wanted))
        )
          this.finds.push(path);
        if (!isBranch(value) || path.length > 200) continue;
        const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
        for (let i = keys.length - 1; i >= 0; i--) stack.push({ value: value[keys[i]], path: [...path, keys[i]] });
      }
    }
    this.next(1);
  }

  next(by) {
    const count = this.finds.length;
    this.count.textContent = this.input.value.trim() ? "none" : "";
    if (!count) return;
    this.at = (this.at + by + count) % count;
    this.count.textContent = `${this.at + 1} / ${count}${count === FOUND ? "+" : ""}`;
    let node = this.root;
    for (const key of this.finds[this.at]) {
      this.open(node);
      node.pages.reveal(node.keys ? node.keys.indexOf(key) : key);
      node = node.made.get(key);
      if (!node) return;
    }
    this.mark(node.row);
    node.row.scrollIntoView({ block: "center" });
  }

  mark(row) {
    this.marked?.classList.remove("found");
    this.marked = row;
    row?.classList.add("found");
  }
}
