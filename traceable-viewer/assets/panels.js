// The tabs of the detail pane that are lists: events, attachments, metadata, feedback, usage.

import { h, clear } from "./dom.js";
import { bytes, cost, duration, fullTime, group, plural, time } from "./format.js";
import { JsonView } from "./json.js";
import { copyButton, longText, oneLine, paged } from "./text.js";

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Times of programs: text with or without a zone (then it is UTC), or milliseconds. */
export function moment(value) {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const t = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(value) ? value : value + "Z");
  return Number.isNaN(t) ? null : t;
}

const facts = (rows) => h("dl", { class: "facts-list" }, rows.filter((row) => row && row[1] !== "" && row[1] != null).map(([name, value, title]) => [
  h("dt", { text: name }), h("dd", { title: title || "" }, value instanceof Node ? value : h("bdi", { text: String(value) }))]));

export function events(run) {
  const start = moment(run.start_time);
  const box = h("div", { class: "events" });
  let tokens = 0;
  const rows = (run.events || []).map((event) => {
    const name = isObject(event) ? String(event.name ?? "event") : "event";
    const kwargs = isObject(event) ? event.kwargs ?? event.message ?? null : event;
    if (name === "new_token") tokens++;
    return { name, kwargs, t: isObject(event) ? moment(event.time) : null, first: name === "new_token" && tokens === 1 };
  });
  let before = start;
  for (const row of rows) {
    row.gap = row.t != null && before != null ? row.t - before : null;
    if (row.t != null) before = row.t;
  }
  box.append(h("div", { class: "ev headrow" }, h("span", { class: "num", text: "after" }), h("span", { class: "num", text: "gap" }), h("span", { text: "event" }), h("span", { text: "content" })));
  paged(rows, box, (row) => {
    const token = row.name === "new_token" && isObject(row.kwargs) && typeof row.kwargs.token === "string";
    const text = token ? JSON.stringify(oneLine(row.kwargs.token, 80)) : row.kwargs == null ? "" : oneLine(typeof row.kwargs === "string" ? row.kwargs : JSON.stringify(row.kwargs)?.slice(0, 400) ?? "", 160);
    return h("div", { class: "ev" + (row.first ? " first" : "") },
      h("span", { class: "num", text: row.t == null || start == null ? "" : "+" + duration(Math.max(row.t - start, 0)), title: fullTime(row.t) }),
      h("span", { class: "num faint", text: row.gap == null ? "" : duration(Math.max(row.gap, 0)) }),
      h("span", { class: "clip" }, h("bdi", { text: oneLine(row.name, 60) }), row.first ? h("span", { class: "flag run", text: "first token" }) : null),
      h("bdi", { class: "mono clip", text, title: text }));
  }, 200);
  return box;
}

export function files(run) {
  return Object.entries(isObject(run.s3_urls) ? run.s3_urls : {}).filter(([key, file]) => key.startsWith("attachment.") && isObject(file)).map(([key, file]) => {
    // the path only: the page asks no other host, whatever the address says
    let path = "";
    try { path = new URL(String(file.presigned_url), location.origin).pathname; } catch { /* none */ }
    return { name: key.slice("attachment.".length), type: String(file.mime_type || ""), path };
  });
}

export function attachments(run) {
  const box = h("div", { class: "files" });
  paged(files(run), box, (file) => {
    const type = file.type.split(";")[0].trim().toLowerCase();
    const body = h("div", { class: "file-body" });
    if (/^image\/(png|jpeg|gif|webp)$/.test(type)) {
      const img = h("img", { class: "picture", alt: oneLine(file.name, 80), loading: "lazy", decoding: "async" });
      img.addEventListener("error", () => img.replaceWith(h("p", { class: "dim pad", text: "The image cannot be read." })));
      img.src = file.path;
      body.append(img);
    } else if (type.startsWith("audio/")) body.append(h("audio", { controls: true, preload: "none", src: file.path, "aria-label": oneLine(file.name, 80) }));
    const save = h("a", { class: "btn small", href: file.path, download: file.name.split(/[\\/]/).pop() || "attachment", text: "Download" });
    const size = h("span", { class: "dim" });
    fetch(file.path, { method: "HEAD" }).then((answer) => { const n = answer.headers.get("content-length"); if (answer.ok && n) size.textContent = bytes(+n); }).catch(() => {});
    return h("figure", { class: "file" }, h("figcaption", {}, h("bdi", { class: "strong clip", text: oneLine(file.name, 120) }), h("span", { class: "dim", text: oneLine(file.type, 60) }), size, h("span", { class: "spacer" }), save), body.firstChild ? body : null);
  }, 30);
  return box;
}

export function metadata(run, node, project) {
  const extra = isObject(run.extra) ? run.extra : {};
  const { metadata: meta, runtime, ...rest } = extra;
  const tags = Array.isArray(run.tags) ? run.tags : [];
  const id = (text) => h("span", { class: "idv" }, h("bdi", { class: "mono", text }), copyButton("copy", text));
  const box = h("div", {});
  if (tags.length) {
    const row = h("div", { class: "tags", "aria-label": "tags" });
    paged(tags, row, (tag) => h("bdi", { class: "chip", text: oneLine(tag, 120), title: String(tag).slice(0, 500) }), 60);
    box.append(row);
  }
  box.append(facts([
    ["Run", id(run.id)], ["Trace", id(run.trace_id)], ["Parent", run.parent_run_id ? id(run.parent_run_id) : "none, the root"],
    ["Thread", run.thread_id ? h("a", { href: "/?tab=traces&filter=" + encodeURIComponent(`eq(thread_id, ${JSON.stringify(run.thread_id)})`), text: oneLine(run.thread_id, 80) }) : ""],
    ["Project", project], ["Started", fullTime(moment(run.start_time))], ["Ended", run.end_time ? fullTime(moment(run.end_time)) : "not yet"],
    ["Dotted order", run.dotted_order ? h("details", {}, h("summary", { class: "dim", text: plural(run.dotted_order.split(".").length, "level") }), id(run.dotted_order)) : ""],
  ]));
  const values = [["Metadata", meta], ["Runtime", runtime], ["Extra", rest], ["Serialized", run.serialized]];
  for (const [title, value] of values) {
    if (value != null && (!isObject(value) || Object.keys(value).length)) box.append(new JsonView(value, title).el);
  }
  if (!meta || !Object.keys(meta).length) box.append(h("p", { class: "dim pad", text: "No metadata." }));
  return box;
}

export function usage(run, node) {
  const n = (value) => (value == null ? "" : group(value));
  const money = (value) => (value == null ? "" : cost(Number(value)));
  const box = h("div", {});
  const row = (name, count, price, sum) => h("tr", sum ? { class: "sum" } : {}, h("th", { scope: "row", text: name }), h("td", { class: "num", text: count }), h("td", { class: "num", text: price }));
  if (run.total_tokens != null || run.total_cost != null) {
    box.append(h("table", { class: "usage" }, h("thead", {}, h("tr", {}, h("td"), h("th", { class: "num", scope: "col", text: "tokens" }), h("th", { class: "num", scope: "col", text: "cost" }))),
      h("tbody", {}, row("Prompt", n(run.prompt_tokens), money(run.prompt_cost)), row("Completion", n(run.completion_tokens), money(run.completion_cost)), row("Total", n(run.total_tokens), money(run.total_cost), true))));
  }
  const start = moment(run.start_time), end = moment(run.end_time), first = moment(run.first_token_time) ?? (node?.run?.first_token_ms != null ? start + node.run.first_token_ms : null);
  box.append(facts([
    ["Duration", end == null ? "in flight" : duration(end - start)],
    ["First token", first == null ? "" : duration(first - start)],
    ["Tokens per second", run.completion_tokens && end != null && end - (first ?? start) > 1 ? group(Math.round(run.completion_tokens / ((end - (first ?? start)) / 1000))) : ""],
    ["Runs below", node?.runsBelow || ""],
  ]));
  const detail = run.outputs?.usage_metadata ?? run.extra?.metadata?.usage_metadata ?? run.outputs?.usage;
  if (isObject(detail)) box.append(new JsonView(detail, "As it was sent").el);
  return box;
}

const KEY = "user_score";

/** Feedback that is there, and a form for more. */
export function feedback(run, loaded, changed) {
  const box = h("div", { class: "feedback" });
  const rows = h("div", {});
  const note = h("span", { class: "dim", role: "status" });
  const comment = h("textarea", { class: "field", rows: "2", placeholder: "Comment (optional)", "aria-label": "Comment" });
  const send = async (score) => {
    if (score === null && !comment.value.trim()) { note.textContent = "Write a comment first."; comment.focus(); return; }
    note.textContent = "…";
    const body = { run_id: run.id, trace_id: run.trace_id, session_id: run.session_id, key: score === null ? "comment" : KEY, feedback_source: { type: "app" } };
    if (score !== null) body.score = score;
    if (comment.value.trim()) body.comment = comment.value.trim();
    try {
      const answer = await fetch("/api/v1/feedback", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail || answer.status);
      comment.value = "";
      note.textContent = "Saved.";
      changed(await answer.json());
    } catch (error) { note.textContent = "Not saved: " + error.message; }
  };
  box.append(h("div", { class: "thumbs" }, comment, h("div", { class: "row" },
    h("button", { class: "btn", type: "button", text: "▲ Good", on: { click: () => send(1) } }),
    h("button", { class: "btn", type: "button", text: "▼ Bad", on: { click: () => send(0) } }),
    h("button", { class: "btn quiet", type: "button", text: "Comment only", on: { click: () => send(null) } }), note)), rows);
  const draw = (list) => {
    clear(rows);
    if (!list.length) rows.append(h("p", { class: "dim pad", text: "No feedback yet." }));
    paged(list, rows, (one) => {
      const score = one.score === null || one.score === undefined ? one.value : one.score;
      const said = score === 1 || score === true ? "▲ " : score === 0 || score === false ? "▼ " : "";
      return h("div", { class: "fb" }, h("div", { class: "row" }, h("bdi", { class: "strong", text: oneLine(one.key, 80) }),
        score == null ? null : h("span", { class: "chip", text: said + oneLine(typeof score === "object" ? JSON.stringify(score) : score, 80) }),
        h("span", { class: "spacer" }), h("span", { class: "faint", text: [one.feedback_source?.type && oneLine(one.feedback_source.type, 30), time(moment(one.created_at))].filter(Boolean).join(" · "), title: fullTime(moment(one.created_at)) })),
        one.comment ? longText(one.comment) : null, one.correction ? new JsonView(one.correction, "Correction").el : null);
    }, 50);
  };
  draw(loaded);
  return { el: box, draw };
}
