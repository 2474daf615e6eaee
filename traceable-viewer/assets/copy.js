// What of a run can be taken elsewhere: JSON, a call with curl, and how Python and Rust name it.

import { h, copyText } from "./dom.js";
import { toast } from "./shell.js";

const MARKED = "traceable.compare";

/** Ids come from programs: only what is an id goes into code that somebody pastes into a shell. */
const safe = (text) => String(text).replace(/[^\w.:-]/g, "");

export function forms(run) {
  const id = safe(run.id),
    origin = location.origin;
  return [
    ["JSON", () => JSON.stringify(run, null, 2), "The whole run"],
    ["curl", () => `curl -s -H "x-api-key: $LANGSMITH_API_KEY" ${origin}/api/v1/runs/${id}`, "The request that answers this run"],
    [
      "Python",
      () => `from langsmith import Client\n\nclient = Client(api_url="${origin}")\nrun = client.read_run("${id}")`,
      "Reads this run with LangSmith's client",
    ],
    [
      "Rust",
      () => `let parent = RunTree::from_dotted_order(&"${safe(run.dotted_order || "")}".parse()?);`,
      "Goes on below this run in another process",
    ],
  ];
}

export function copyButtons(run) {
  return h(
    "span",
    { class: "copies" },
    h("span", { class: "dim", text: "Copy as" }),
    forms(run).map(([label, text, title]) =>
      h("button", {
        class: "btn quiet small",
        type: "button",
        text: label,
        title,
        "aria-label": "Copy as " + label,
        on: { click: (event) => copyText(text(), event.currentTarget) },
      }),
    ),
  );
}

export function marked() {
  try {
    return JSON.parse(sessionStorage.getItem(MARKED));
  } catch {
    return null;
  }
}

/** The first run is marked, the second is compared with it. */
export function compareButton(run, again) {
  const first = marked();
  const store = (value) => {
    try {
      value ? sessionStorage.setItem(MARKED, JSON.stringify(value)) : sessionStorage.removeItem(MARKED);
    } catch {
      /* nothing is kept then */
    }
    again();
  };
  if (first && first.id === run.id) {
    return h("button", {
      class: "btn quiet small",
      type: "button",
      "aria-pressed": "true",
      text: "Marked",
      title: "Not to be compared after all",
      on: { click: () => store(null) },
    });
  }
  if (first) {
    return h(
      "span",
      { class: "copies" },
      h("a", {
        class: "btn small",
        href: `/compare?a=${encodeURIComponent(first.id)}&b=${encodeURIComponent(run.id)}`,
        title: `With ${first.name}`,
        text: "Compare with marked",
      }),
      h("button", {
        class: "btn quiet small",
        type: "button",
        text: "✕",
        "aria-label": "Forget the marked run",
        on: { click: () => store(null) },
      }),
    );
  }
  return h("button", {
    class: "btn quiet small",
    type: "button",
    text: "Compare",
    title: "Mark this run, then open another",
    on: {
      click: () => {
        store({ id: run.id, name: String(run.name).slice(0, 80) });
        toast("Marked. Open another run to compare.");
      },
    },
  });
}
