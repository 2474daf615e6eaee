// The filter string as chips and back. The string is the truth: what no chip knows stays as written.

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([\p{L}\p{N}_.+-]+)|([()[\],]))/uy;

/** The tree of a filter, or null when it cannot be read (the server says why). */
export function parse(filter) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < filter.trimEnd().length) {
    const found = TOKEN.exec(filter);
    if (!found) return null;
    const end = TOKEN.lastIndex;
    const body = found[1] ?? found[2] ?? found[3];
    tokens.push({ text: found[1], word: found[2], mark: found[3], start: end - body.length, end });
  }
  let at = 0;
  let depth = 0;
  function node() {
    const token = tokens[at++];
    if (!token || (depth += 1) > 40) throw new Error("unreadable");
    const end = () => tokens[at - 1].end;
    let made;
    if (token.text !== undefined) made = { value: unquote(token.text), quoted: true };
    else if (token.word !== undefined && tokens[at]?.mark === "(") {
      at += 1;
      made = { call: token.word, args: list(")") };
    } else if (token.word !== undefined) made = { value: token.word };
    else if (token.mark === "[") made = { list: list("]") };
    else throw new Error("unreadable");
    depth -= 1;
    return { ...made, src: filter.slice(token.start, end()) };
  }
  function list(close) {
    const items = [];
    while (tokens[at]?.mark !== close) {
      items.push(node());
      if (tokens[at]?.mark === ",") at += 1;
      else if (tokens[at]?.mark !== close) throw new Error("unreadable");
    }
    at += 1;
    return items;
  }
  try {
    const root = node();
    return at === tokens.length && root.call ? root : null;
  } catch {
    return null;
  }
}

function unquote(text) {
  const inner = text.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  try {
    return JSON.parse(`"${inner.replace(/\\'/g, "'").replace(/(^|[^\\])"/g, '$1\\"')}"`);
  } catch {
    return inner;
  }
}

export const quote = (text) => JSON.stringify(String(text));

/** What the chips of a filter are: `[{kind, text, src, ..values}]`, or null when it cannot be read. */
export function chips(filter) {
  if (!filter.trim()) return [];
  const root = parse(filter);
  if (!root) return null;
  const whole = known(root);
  if (whole) return [whole];
  if (root.call === "and") return root.args.map((arg) => known(arg) || other(arg));
  return [other(root)];
}

function other(node) {
  return { kind: "other", text: node.src, src: node.src };
}

const SIGNS = { eq: "is", neq: "is not", gt: ">", gte: "≥", lt: "<", lte: "≤", search: "contains" };

function known(node) {
  const [name, value] = node.args || [];
  if (node.call === "and" && node.args.length === 2) {
    const [key, val] = node.args;
    if (attribute(key) === "metadata_key" && attribute(val) === "metadata_value" && key.call === "eq" && val.call === "eq") {
      return { kind: "metadata", text: `${key.args[1].value} is ${val.args[1].value}`, key: key.args[1].value, value: val.args[1].value, src: node.src };
    }
  }
  if (!value || node.args.length !== 2 || value.value === undefined) return null;
  const chip = { op: node.call, value: value.value, src: node.src };
  const attr = name.value;
  if (node.call === "has" && attr === "tags") return { kind: "tag", text: value.value, ...chip };
  const sign = SIGNS[node.call];
  if (!sign) return null;
  if (attr === "status" && (node.call === "eq" || node.call === "neq")) return { kind: "status", text: `${sign} ${value.value}`, ...chip };
  if (attr === "run_type" && (node.call === "eq" || node.call === "neq")) return { kind: "type", text: `${sign} ${value.value}`, ...chip };
  if (attr === "latency" && /^[gl]te?$/.test(node.call)) {
    const unit = value.quoted || !/^[\d.]+$/.test(value.value) ? "" : "s";
    return { kind: "latency", text: `${sign} ${value.value}${unit}`, ...chip, value: value.value + unit };
  }
  if (attr === "name") return { kind: "name", text: `${sign} ${value.value}`, ...chip };
  if (attr === "metadata_key" && node.call === "eq") return { kind: "metadata", text: `has ${value.value}`, key: value.value, value: "", src: node.src };
  if (attr === "thread_id" && node.call === "eq") return { kind: "thread", text: value.value, ...chip };
  return null;
}

function attribute(node) {
  return node.args?.length === 2 && node.args[1].value !== undefined ? node.args[0].value : undefined;
}

/** The filter of several parts. */
export function join(parts) {
  const some = parts.filter(Boolean);
  return some.length < 2 ? some[0] || "" : `and(${some.join(", ")})`;
}

/** The part that a chip writes. */
export const write = {
  status: ({ value }) => `eq(status, ${quote(value)})`,
  type: ({ value }) => `eq(run_type, ${quote(value)})`,
  latency: ({ op, value }) => `${op}(latency, ${/^\d*\.?\d+$/.test(value) ? value : quote(value)})`,
  tag: ({ value }) => `has(tags, ${quote(value)})`,
  metadata: ({ key, value }) => (value === "" ? `eq(metadata_key, ${quote(key)})` : `and(eq(metadata_key, ${quote(key)}), eq(metadata_value, ${quote(value)}))`),
  name: ({ op, value }) => (op === "eq" ? `eq(name, ${quote(value)})` : `search(name, ${quote(value)})`),
};
