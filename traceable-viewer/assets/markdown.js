// Markdown by an allow-list: headings, lists, quotes, code, emphasis, rules, links. Everything else stays as it was written.
// Elements are built one by one; nothing is ever read as HTML.

import { h } from "./dom.js";

const MARKS = [
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "s"],
  ["*", "em"],
  ["_", "em"],
];
const WORD = /[\p{L}\p{N}]/u;

/** Only to pages, and told apart from the page's own links. */
function link(label, address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  return h("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank", title: url.href }, label);
}

/** Emphasis, code and links of a line. `depth` bounds what is within what. */
function inline(text, into, depth = 0) {
  let plain = "";
  const put = (node) => {
    if (plain) into.append(plain);
    plain = "";
    into.append(node);
  };
  // how often a search for a closing mark may fail: a line of stars must not cost the square of its length
  let failures = 0;
  let at = 0;
  outer: while (at < text.length) {
    const char = text[at];
    if (char === "\\" && /[\\`*_~[\]#>]/.test(text[at + 1] || "")) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    if (depth < 6 && failures < 60) {
      if (char === "`") {
        let ticks = 1;
        while (text[at + ticks] === "`") ticks++;
        const end = text.indexOf("`".repeat(ticks), at + ticks);
        if (end > 0) {
          put(h("code", { text: text.slice(at + ticks, end) }));
          at = end + ticks;
          continue;
        }
        failures++;
      } else if (char === "[") {
        const middle = text.indexOf("](", at),
          end = middle > 0 ? text.indexOf(")", middle) : -1;
        const label = text.slice(at + 1, middle);
        if (end > 0 && middle - at < 500 && end - middle < 2000 && !label.includes("[")) {
          const made = link(
            label,
            text
              .slice(middle + 2, end)
              .trim()
              .split(/\s/)[0],
          );
          if (made) {
            // images are not fetched: their address tells a stranger that somebody reads
            if (plain.endsWith("!")) plain = plain.slice(0, -1);
            put(made);
            at = end + 1;
            continue;
          }
        }
        failures++;
      } else if (char === "h" && /^https?:\/\/[^\s<>"'`)\]]+/.test(text.slice(at, at + 2000)) && !WORD.test(text[at - 1] || "")) {
        const address = text
          .slice(at, at + 2000)
          .match(/^https?:\/\/[^\s<>"'`)\]]+/)[0]
          .replace(/[.,;:!?]+$/, "");
        const made = link(address, address);
        if (made) {
          put(made);
          at += address.length;
          continue;
        }
      } else if ("*_~".includes(char)) {
        for (const [mark, tag] of MARKS) {
          if (!text.startsWith(mark, at)) continue;
          const from = at + mark.length;
          const end = text.indexOf(mark, from + 1);
          const fits =
            end > 0 &&
            /\S/.test(text[from] || " ") &&
            /\S/.test(text[end - 1]) &&
            (mark[0] !== "_" || (!WORD.test(text[at - 1] || "") && !WORD.test(text[end + mark.length] || "")));
          if (!fits) {
            failures++;
            continue;
          }
          const node = h(tag);
          inline(text.slice(from, end), node, depth + 1);
          put(node);
          at = end + mark.length;
          continue outer;
        }
        while (text[at + 1] === char) {
          plain += char;
          at++;
        }
      }
    }
    plain += char;
    at++;
  }
  if (plain) into.append(plain);
  return into;
}

const ITEM = /^(\s{0,24})([-*+]|\d{1,9}[.)])\s+(.*)$/;
const STARTS = /^\s{0,3}(#{1,6}\s|```|~~~|>|([-*_])(\s*\2){2,}\s*$)/;

/** The whole text as elements. */
export function markdown(text) {
  const box = h("div", { class: "md" });
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const fence = line.match(/^\s{0,3}(```|~~~)\s*([\w+#.-]{0,30})/);
    const heading = line.match(/^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/);
    if (!line.trim()) at++;
    else if (fence) {
      const code = [];
      for (at++; at < lines.length && !lines[at].trimStart().startsWith(fence[1]); at++) code.push(lines[at]);
      at++;
      box.append(h("pre", { class: "code", tabindex: "0", "aria-label": "code" }, h("code", { text: code.join("\n") })));
    } else if (heading) {
      // below the headings of the page
      box.append(
        inline(
          heading[2],
          h("p", { class: "mdh l" + heading[1].length, role: "heading", "aria-level": String(Math.min(heading[1].length + 2, 6)) }),
        ),
      );
      at++;
    } else if (/^\s{0,3}([-*_])(\s*\1){2,}\s*$/.test(line)) {
      box.append(h("hr"));
      at++;
    } else if (/^\s{0,3}>/.test(line)) {
      const part = [];
      for (; at < lines.length && /^\s{0,3}>/.test(lines[at]); at++) part.push(lines[at].replace(/^\s{0,3}> ?/, ""));
      const quote = h("blockquote");
      part.forEach((one, i) => {
        if (i) quote.append(h("br"));
        inline(one, quote);
      });
      box.append(quote);
    } else if (ITEM.test(line)) at = list(lines, at, box);
    else {
      const p = h("p");
      for (
        let first = true;
        at < lines.length && lines[at].trim() && (first || (!STARTS.test(lines[at]) && !ITEM.test(lines[at])));
        at++
      ) {
        if (!first) p.append(h("br"));
        inline(lines[at], p);
        first = false;
      }
      box.append(p);
    }
  }
  return box;
}

/** A list, with lists in it by indentation. */
function list(lines, at, box) {
  const stack = [];
  for (; at < lines.length; at++) {
    const found = lines[at].match(ITEM);
    if (!found) {
      if (!lines[at].trim() || !/^\s{2,}/.test(lines[at]) || !stack.length) break;
      const item = stack[stack.length - 1].el.lastChild;
      item.append(h("br"));
      inline(lines[at].trim(), item);
      continue;
    }
    const indent = found[1].length,
      ordered = /\d/.test(found[2]);
    while (stack.length && indent < stack[stack.length - 1].indent) stack.pop();
    let top = stack[stack.length - 1];
    if (!top || (indent > top.indent + 1 && stack.length < 8)) {
      const el = h(ordered ? "ol" : "ul");
      if (ordered) el.start = parseInt(found[2], 10);
      (top ? top.el.lastChild : box).append(el);
      stack.push((top = { indent, el }));
    }
    top.el.append(inline(found[3], h("li", { dir: "auto" })));
  }
  return at;
}
