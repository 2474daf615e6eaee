// Feedback on a run: what there is, and a form for more.

import { h, clear } from "./dom.js";
import { fullTime, time } from "./format.js";
import { JsonView } from "./json.js";
import { longText, moment, oneLine, paged } from "./text.js";

const KEY = "user_score";

/** `changed(one)` is called with what was saved. */
export function feedback(run, loaded, changed) {
  const box = h("div", { class: "feedback" });
  const rows = h("div", {});
  const note = h("span", { class: "dim", role: "status" });
  const comment = h("textarea", { class: "field", rows: "2", placeholder: "Comment (optional)", "aria-label": "Comment" });
  const send = async (score) => {
    if (score === null && !comment.value.trim()) {
      note.textContent = "Write a comment first.";
      comment.focus();
      return;
    }
    note.textContent = "…";
    const body = {
      run_id: run.id,
      trace_id: run.trace_id,
      session_id: run.session_id,
      key: score === null ? "comment" : KEY,
      feedback_source: { type: "app" },
    };
    if (score !== null) body.score = score;
    if (comment.value.trim()) body.comment = comment.value.trim();
    try {
      const answer = await fetch("/api/v1/feedback", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail || answer.status);
      comment.value = "";
      note.textContent = "Saved.";
      changed(await answer.json());
    } catch (error) {
      note.textContent = "Not saved: " + error.message;
    }
  };
  box.append(
    h(
      "div",
      { class: "thumbs" },
      comment,
      h(
        "div",
        { class: "row" },
        h("button", { class: "btn", type: "button", text: "▲ Good", on: { click: () => send(1) } }),
        h("button", { class: "btn", type: "button", text: "▼ Bad", on: { click: () => send(0) } }),
        h("button", { class: "btn quiet", type: "button", text: "Comment only", on: { click: () => send(null) } }),
        note,
      ),
    ),
    rows,
  );
  const draw = (list) => {
    clear(rows);
    if (!list.length) rows.append(h("p", { class: "dim pad", text: "No feedback yet." }));
    paged(
      list,
      rows,
      (one) => {
        const score = one.score === null || one.score === undefined ? one.value : one.score;
        const said = score === 1 || score === true ? "▲ " : score === 0 || score === false ? "▼ " : "";
        return h(
          "div",
          { class: "fb" },
          h(
            "div",
            { class: "row" },
            h("bdi", { class: "strong", text: oneLine(one.key, 80) }),
            score == null
              ? null
              : h("span", { class: "chip", text: said + oneLine(typeof score === "object" ? JSON.stringify(score) : score, 80) }),
            h("span", { class: "spacer" }),
            h("span", {
              class: "faint",
              text: [one.feedback_source?.type && oneLine(one.feedback_source.type, 30), time(moment(one.created_at))]
                .filter(Boolean)
                .join(" · "),
              title: fullTime(moment(one.created_at)),
            }),
          ),
          one.comment ? longText(one.comment) : null,
          one.correction ? new JsonView(one.correction, "Correction").el : null,
        );
      },
      50,
    );
  };
  draw(loaded);
  return { el: box, draw };
}
