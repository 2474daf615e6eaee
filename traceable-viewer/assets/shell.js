// What every page has: the theme button, keys and their dialog, the live status, short messages.
import { h, s, clear } from "./dom.js";

const keys = [["?", "show these keys"], ["t", "switch between light and dark"]];
const actions = new Map();

/** Lines for the dialog of keys: `[["j k", "next, previous row"], ..]`. */
export function registerKeys(list) {
  keys.unshift(...list);
}

/** Calls `fn(event)` for `event.key`, unless something is being typed. Returns a function that ends it. */
export function onKey(key, fn) {
  const list = actions.get(key) || [];
  actions.set(key, [...list, fn]);
  return () => actions.set(key, (actions.get(key) || []).filter((f) => f !== fn));
}

function typing(el) {
  return el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  for (const fn of actions.get(event.key) || []) {
    if (fn(event) === false) continue;
    event.preventDefault();
    break;
  }
});

/** Shows a message for a moment; it is read aloud too. */
export function toast(text) {
  document.querySelector(".toast")?.remove();
  const el = h("div", { class: "toast", role: "status", text });
  document.body.append(el);
  setTimeout(() => el.remove(), 2600);
}

const STATES = { live: "live", wait: "connecting", poll: "polling", off: "no answer", done: "" };

/** `live`, `wait`, `poll` or `off`. */
export function liveStatus(state) {
  const el = document.getElementById("live");
  if (!el || el.dataset.state === state) return;
  el.dataset.state = state;
  el.title = { live: "Changes are shown as they arrive", poll: "Asks every 3 seconds", off: "The server does not answer" }[state] || "";
  el.textContent = STATES[state] ?? state;
}

const system = matchMedia("(prefers-color-scheme: dark)");

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : system.matches;
}

function switchTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    // A choice that equals the system's is none: the page follows the system again.
    if ((next === "dark") === system.matches) localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch { /* Storage may be blocked: the choice lasts for this page. */ }
  drawTheme();
}

function drawTheme() {
  const button = document.getElementById("theme");
  if (!button) return;
  const dark = isDark();
  button.title = dark ? "Light theme" : "Dark theme";
  button.setAttribute("aria-label", "Switch to the " + (dark ? "light" : "dark") + " theme");
  const line = { fill: "none", stroke: "currentColor", "stroke-width": "1.5", "stroke-linecap": "round", "stroke-linejoin": "round" };
  clear(button).append(s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", ...line },
    dark
      ? [s("circle", { cx: 8, cy: 8, r: 2.8 }), s("path", { d: "M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3" })]
      : s("path", { d: "M13.5 9.7A6 6 0 0 1 6.3 2.5a6 6 0 1 0 7.2 7.2z" })));
}

function showKeys() {
  const dialog = h("dialog", { "aria-labelledby": "keys-title", on: { close: () => dialog.remove(), click: (e) => e.target === dialog && dialog.close() } },
    h("header", {}, h("h2", { id: "keys-title", text: "Keys" }), h("span", { class: "spacer" }),
      h("button", { class: "btn quiet", type: "button", text: "Close", on: { click: () => dialog.close() } })),
    h("dl", { class: "keys" }, keys.map(([key, text]) => [
      h("dt", {}, key.split(" ").map((k, i) => [i ? " " : "", h("kbd", { text: k })])),
      h("dd", { text }),
    ])));
  document.body.append(dialog);
  dialog.showModal();
}

drawTheme();
system.addEventListener("change", drawTheme);
document.getElementById("theme")?.addEventListener("click", switchTheme);
const help = document.getElementById("help");
if (help) {
  help.setAttribute("aria-label", "Keys");
  help.title = "Keys (?)";
  help.addEventListener("click", showKeys);
}
onKey("?", showKeys);
onKey("t", switchTheme);
