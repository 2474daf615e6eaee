// The conversation of a run as people read it.

import { h } from "./dom.js";
import { plural, tokens } from "./format.js";
import { JsonView, asText } from "./json.js";
import { markdown } from "./markdown.js";
import { copyButton, longText, oneLine, paged } from "./text.js";

const KEY = "traceable.markdown";
/** Of a long conversation the beginning and the end are shown at once. */
const HEAD = 6,
  TAIL = 14;

const wantsMarkdown = () => {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
};

export function chat(talk, run, again) {
  const formed = wantsMarkdown();
  const box = h("div", { class: "chat" });
  const all = [...talk.before.map((one) => draw(one, false, formed)), ...talk.after.map((one) => draw(one, true, formed, run))];
  const flip = h("button", {
    class: "btn quiet small",
    type: "button",
    text: "Markdown",
    "aria-pressed": String(formed),
    on: {
      click: () => {
        try {
          localStorage.setItem(KEY, formed ? "off" : "on");
        } catch {
          /* it lasts for this view then */
        }
        again();
      },
    },
  });
  box.append(
    h(
      "div",
      { class: "chat-top" },
      h("span", { class: "dim", text: plural(all.length, "message") }),
      h("span", { class: "spacer" }),
      flip,
    ),
  );
  if (talk.tools.length) box.append(toolList(talk.tools));
  const middle = all.length - TAIL;
  all.forEach((make, i) => {
    if (middle > HEAD + 4 && i >= HEAD && i < middle) {
      if (i > HEAD) return;
      const more = h("button", {
        class: "btn wide",
        type: "button",
        text: `Show ${middle - HEAD} messages between`,
        on: {
          click: () => {
            const part = document.createDocumentFragment();
            paged(all.slice(HEAD, middle), part, (one) => one(), 200);
            more.replaceWith(part);
          },
        },
      });
      box.append(more);
    } else box.append(make());
  });
  if (!talk.after.length) {
    box.append(
      h("p", {
        class: "dim",
        text:
          run.status === "pending"
            ? "◌ No answer yet: the run is in flight."
            : run.status === "error"
              ? "✗ The run failed before an answer came."
              : "No answer was recorded.",
      }),
    );
  }
  return box;
}

function toolList(list) {
  const box = h(
    "details",
    { class: "toolbox" },
    h(
      "summary",
      {},
      h("b", { text: plural(list.length, "tool") }),
      h("span", {
        class: "dim clip",
        text:
          " " +
          list
            .slice(0, 12)
            .map((one) => one.name)
            .join(", "),
      }),
    ),
  );
  box.addEventListener("toggle", () => {
    if (box.childElementCount > 1) return;
    paged(
      list,
      box,
      (tool) => {
        const one = h(
          "details",
          { class: "tool" },
          h(
            "summary",
            {},
            h("bdi", { class: "mono", text: oneLine(tool.name, 80) }),
            h("span", { class: "dim", dir: "auto", text: " " + oneLine(tool.text, 160) }),
          ),
        );
        one.addEventListener("toggle", () => {
          if (one.childElementCount === 1) one.append(new JsonView(tool.value, "Definition").el);
        });
        return one;
      },
      50,
    );
  });
  return box;
}

/** Elements are made when they are shown. */
function draw(message, answer, formed, run) {
  return () => {
    const role = oneLine(message.role, 40);
    const known = ["user", "assistant", "system", "developer", "tool"].includes(role) ? role : "other";
    const text = message.parts
      .filter((one) => one.kind === "text")
      .map((one) => one.text)
      .join("\n\n");
    const facts = [];
    if (answer && run && run.completion_tokens) {
      facts.push(tokens(run.completion_tokens) + " tokens");
      const first = Date.parse(run.first_token_time || run.start_time),
        ms = Date.parse(run.end_time) - first;
      if (ms > 20) facts.push(Math.round(run.completion_tokens / (ms / 1000)) + "/s");
    }
    const results = message.parts.filter((one) => one.kind === "result");
    const title = message.role === "tool" && results.length === 1 && results[0].name ? "tool" : role;
    return h(
      "article",
      { class: `msg is-${known}${answer ? " answer" : ""}` },
      h(
        "header",
        {},
        h("b", { text: title }),
        message.name && message.name !== results[0]?.name ? h("bdi", { class: "dim", text: oneLine(message.name, 60) }) : null,
        h("span", { class: "spacer" }),
        h("span", { class: "dim", text: facts.join(" · ") }),
        text ? copyButton("Copy", text) : null,
      ),
      message.parts.length ? message.parts.map((one) => partOf(one, formed)) : h("p", { class: "dim pad", text: "empty" }),
    );
  };
}

function partOf(part, formed) {
  switch (part.kind) {
    case "text":
      return h(
        "div",
        { class: "part" },
        part.note ? h("span", { class: "flag warn", text: part.note }) : null,
        prose(part.text, formed),
      );
    case "reasoning": {
      const box = h(
        "details",
        { class: "part reasoning" },
        h("summary", { text: part.note ? "reasoning, " + part.note : "reasoning" }),
      );
      if (part.text) box.append(prose(part.text, formed));
      else if (!part.note) box.firstChild.textContent = "reasoning, not disclosed";
      box.open = part.text.length > 0 && part.text.length < 600;
      return box;
    }
    case "image":
      return h("div", { class: "part" }, picture(part.url));
    case "call":
      return h(
        "div",
        { class: "part call" },
        h(
          "div",
          { class: "call-top" },
          h("span", { class: "arrow", text: "→" }),
          h("span", { class: "dim", text: "call" }),
          h("bdi", { class: "mono strong", text: oneLine(part.name || "unnamed", 80) }),
          h("span", { class: "spacer" }),
          part.id ? h("bdi", { class: "mono faint", text: oneLine(part.id, 28) }) : null,
          copyButton("Copy", () => asText(part.args)),
        ),
        value(part.args, "Arguments", true),
      );
    case "result":
      return h(
        "div",
        { class: "part call" },
        h(
          "div",
          { class: "call-top" },
          h("span", { class: "arrow", text: "←" }),
          h("span", { class: part.failed ? "flag bad" : "dim", text: part.failed ? "✗ failed" : "result of" }),
          part.name ? h("bdi", { class: "mono strong", text: oneLine(part.name, 80) }) : null,
          h("span", { class: "spacer" }),
          part.id ? h("bdi", { class: "mono faint", text: oneLine(part.id, 28) }) : null,
        ),
        part.parts.map((one) => (one.kind === "text" ? resultText(one.text) : partOf(one, false))),
      );
    default:
      return h("div", { class: "part call" }, value(part.value, "Content"));
  }
}

/** Results are mostly JSON in a text. */
function resultText(text) {
  if (/^\s*[[{]/.test(text) && text.length < 2_000_000) {
    try {
      return value(JSON.parse(text), "Result", true);
    } catch {
      /* it only looks like JSON */
    }
  }
  return h("div", { class: "plain" }, longText(text));
}

const value = (what, title, bare) =>
  what !== null && typeof what === "object"
    ? new JsonView(what, title, bare).el
    : h("div", { class: "plain" }, longText(String(what)));

export const prose = (text, formed) => (formed ? longText(text, markdown) : h("div", { class: "plain" }, longText(text)));

/** Pictures that came with the data. Others are links: to fetch them would tell a stranger what is read here. */
export function picture(url) {
  if (/^data:image\/(png|jpeg|gif|webp);base64,/i.test(url.slice(0, 40))) {
    const img = h("img", { class: "picture", alt: "image in the message", loading: "lazy", decoding: "async" });
    img.addEventListener("error", () => img.replaceWith(h("p", { class: "dim", text: "An image that cannot be read." })));
    img.src = url;
    return img;
  }
  if (/^https?:/i.test(url)) {
    return h(
      "p",
      {},
      h("span", { class: "dim", text: "image, not loaded: " }),
      h("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank", text: oneLine(url, 120) }),
    );
  }
  return h("p", { class: "dim", text: "image of a kind that is not shown: " + oneLine(url, 60) });
}
