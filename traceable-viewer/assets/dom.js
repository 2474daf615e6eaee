// Builds elements. Text goes through textContent only, because all trace text is hostile.

/** `h("a", {class, text, href, data: {..}, on: {click}}, ...children)`; children are nodes, text, arrays or nothing. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function fill(el, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") el.textContent = value;
    else if (key === "class") el.setAttribute("class", value);
    else if (key === "on") for (const [event, fn] of Object.entries(value)) el.addEventListener(event, fn);
    else if (key === "data") Object.assign(el.dataset, value);
    else if (key === "value" || key === "checked" || key === "selected") el[key] = value;
    else el.setAttribute(key, value === true ? "" : value);
  }
  add(el, children);
  return el;
}

function add(el, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(el, child);
    else if (child !== null && child !== undefined && child !== false) el.append(child);
  }
}

export function clear(el) {
  el.replaceChildren();
  return el;
}

/** The first answer of the page's API, which the server put into the page. */
export function data() {
  const el = document.getElementById("data");
  try {
    return el ? JSON.parse(el.textContent) : null;
  } catch {
    return null;
  }
}

const SIGNS = { success: "✓", error: "✗", pending: "◌", cancelled: "⊘", dropped: "⊘" };
const WORDS = { success: "success", error: "error", pending: "running", cancelled: "cancelled", dropped: "dropped" };

/** A status by sign and word; the word is shown when `long`, and always there for a screen reader. */
export function status(value, long) {
  const word = WORDS[value] || String(value || "unknown");
  return h("span", { class: "status status-" + (WORDS[value] ? value : "dropped"), title: word },
    h("span", { "aria-hidden": "true", text: SIGNS[value] || "?" }),
    h("span", { class: long ? "" : "sr", text: (long ? " " : "") + word }));
}

const TYPES = new Set(["chain", "llm", "tool", "retriever", "embedding", "prompt", "parser"]);

/** The class that sets `--type`; unknown types look like chains. */
export function typeClass(type) {
  return "type-" + (TYPES.has(type) ? type : "chain");
}

export function kind(type) {
  return h("span", { class: "kind " + typeClass(type), text: type || "run" });
}

/** Copies text and says so on the button for a moment. */
export async function copyText(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https the clipboard is not there: the old way still works.
    const area = h("textarea", { class: "sr", value: text, "aria-hidden": "true" });
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    if (button) button.focus();
  }
  if (!button) return done;
  const before = button.dataset.label || (button.dataset.label = button.textContent);
  button.textContent = done ? "Copied" : "Select and copy by hand";
  clearTimeout(button.timer);
  button.timer = setTimeout(() => (button.textContent = before), 1400);
  return done;
}
