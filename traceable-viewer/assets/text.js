// Text of traces: as text, isolated from what surrounds it, and never more of it at once than a page bears.

import { h, copyText } from "./dom.js";
import { bytes } from "./format.js";

/** What is shown before somebody asks for more, and how much more comes each time. */
export const FIRST = 20_000;
const MORE = 200_000;

/** A block of text; `draw(text)` may give it a form of its own, which only the first part gets. */
export function longText(text, draw) {
  text = String(text);
  const block = h("div", { class: "text", dir: "auto" });
  if (text.length <= FIRST) {
    block.append(draw ? draw(text) : text);
    return block;
  }
  let shown = cut(text, FIRST);
  block.append(draw ? draw(text.slice(0, shown)) : text.slice(0, shown));
  const button = h("button", { class: "btn", type: "button" });
  const label = () => {
    button.textContent = `Show more, ${bytes(text.length - shown)} left`;
  };
  button.addEventListener("click", () => {
    const to = cut(text, shown + MORE);
    button.before(text.slice(shown, to));
    shown = to;
    if (shown >= text.length) button.remove();
    else label();
  });
  label();
  block.append(button);
  return block;
}

/** Not between the halves of a letter. */
function cut(text, at) {
  const code = text.charCodeAt(at - 1);
  return at < text.length && code >= 0xd800 && code < 0xdc00 ? at - 1 : Math.min(at, text.length);
}

/** A short text of one line. */
export const oneLine = (text, most = 200) => {
  const line = String(text)
    .slice(0, most * 2)
    .replace(/\s+/g, " ");
  return line.length > most ? line.slice(0, most) + "…" : line;
};

export const copyButton = (label, text) =>
  h("button", {
    class: "btn quiet small",
    type: "button",
    text: label,
    on: { click: (event) => copyText(typeof text === "function" ? text() : text, event.currentTarget) },
  });

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Times of programs: text with or without a zone (then it is UTC), or milliseconds. */
export function moment(value) {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const t = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(value) ? value : value + "Z");
  return Number.isNaN(t) ? null : t;
}

/** Lists of which only a part is shown. */
export function paged(list, into, draw, page = 100) {
  let shown = 0;
  // what was looked for far behind stands alone at the end, until its page comes
  const ahead = new Map();
  const button = h("button", { class: "btn more-rows", type: "button", on: { click: () => more(page * 5) } });
  const more = (count) => {
    const to = Math.min(shown + count, list.length);
    const part = document.createDocumentFragment();
    for (; shown < to; shown++) part.append(ahead.get(shown) || draw(list[shown], shown));
    if (button.parentNode) button.before(part);
    else into.append(part);
    if (shown >= list.length) button.remove();
    else {
      button.textContent = `Show ${Math.min(page * 5, list.length - shown)} more of ${list.length - shown}`;
      if (!button.parentNode) into.append(button);
    }
  };
  more(page);
  const reveal = (index) => {
    if (index < shown || ahead.has(index)) return;
    if (index - shown < page * 10) more(index - shown + 1);
    else {
      ahead.set(index, draw(list[index], index));
      into.append(ahead.get(index));
    }
  };
  return { reveal };
}
