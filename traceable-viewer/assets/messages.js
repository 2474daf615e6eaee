// Reads a conversation out of what a run was given and gave back: OpenAI (chat and responses), Anthropic, LangChain.
// A message is {role, name, id, parts, side}; a part is {kind: text|image|reasoning|call|result|other, ..}.

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const list = (value) => (Array.isArray(value) ? value : value == null ? [] : [value]);

const ROLES = {
  human: "user",
  HumanMessage: "user",
  HumanMessageChunk: "user",
  ai: "assistant",
  AIMessage: "assistant",
  AIMessageChunk: "assistant",
  SystemMessage: "system",
  ToolMessage: "tool",
  ToolMessageChunk: "tool",
  FunctionMessage: "tool",
  function: "tool",
  model: "assistant",
  ChatMessage: "user",
  developer: "developer",
};

const KNOWN = new Set(["user", "assistant", "system", "tool", "developer", "human", "ai", "function", "model"]);

/** Arguments come as text from some and as values from others. */
function args(value) {
  if (typeof value !== "string") return value ?? {};
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function image(value, mime) {
  const url = isObject(value) ? value.url : value;
  if (typeof url !== "string") return { kind: "other", value };
  // what has a scheme is an address, everything else the bytes themselves
  return { kind: "image", url: /^[a-z]+:/i.test(url.slice(0, 20)) ? url : `data:${mime || "image/png"};base64,${url}` };
}

/** One entry of a list of contents. */
function part(value) {
  if (typeof value === "string") return [{ kind: "text", text: value }];
  if (!isObject(value)) return [{ kind: "other", value }];
  const source = value.source;
  switch (value.type) {
    case "text":
    case "input_text":
    case "output_text":
    case "summary_text":
      return typeof value.text === "string" ? [{ kind: "text", text: value.text }] : [{ kind: "other", value }];
    case "refusal":
      return [{ kind: "text", text: String(value.refusal), note: "refusal" }];
    case "image_url":
    case "input_image":
      return [image(value.image_url ?? value.url)];
    case "image":
      if (isObject(source)) return [image(source.type === "url" ? source.url : source.data, source.media_type)];
      return [image(value.url ?? value.base64 ?? value.data, value.mime_type)];
    case "tool_use":
    case "server_tool_use":
    case "tool_call":
      return [{ kind: "call", id: value.id, name: value.name, args: args(value.input ?? value.args) }];
    case "tool_result":
    case "web_search_tool_result":
      return [{ kind: "result", id: value.tool_use_id, failed: !!value.is_error, parts: parts(value.content) }];
    case "thinking":
      return [{ kind: "reasoning", text: String(value.thinking ?? "") }];
    case "redacted_thinking":
      return [{ kind: "reasoning", text: "", note: "redacted by the provider" }];
    case "reasoning":
      return [{ kind: "reasoning", text: reasoning(value) }];
    default:
      // Gemini has parts without a type
      if (value.type === undefined && typeof value.text === "string") return [{ kind: "text", text: value.text }];
      return [{ kind: "other", value }];
  }
}

function reasoning(value) {
  if (typeof value === "string") return value;
  const from = value.reasoning ?? value.text ?? value.summary ?? value.content;
  return list(from)
    .map((one) => (isObject(one) ? (one.text ?? "") : String(one)))
    .join("\n\n");
}

const parts = (content) =>
  list(content)
    .flatMap(part)
    .filter((one) => one.kind !== "text" || one.text !== "");

function calls(fields) {
  const found = list(fields.tool_calls).concat(list(fields.additional_kwargs?.tool_calls)).filter(isObject);
  const seen = new Set();
  const made = [];
  for (const call of found) {
    if (call.id && seen.has(call.id)) continue;
    seen.add(call.id);
    const inner = isObject(call.function) ? call.function : call;
    made.push({ kind: "call", id: call.id, name: inner.name, args: args(inner.arguments ?? inner.args ?? call.input) });
  }
  const old = fields.function_call;
  if (isObject(old)) made.push({ kind: "call", name: old.name, args: args(old.arguments) });
  return made;
}

/** A message, or null if the value is none. */
function message(value) {
  if (!isObject(value)) return null;
  // (role, content) pairs of LangChain arrive as lists and are read by `messages`
  let fields = value,
    role = value.role;
  if (isObject(value.kwargs) && Array.isArray(value.id)) {
    fields = value.kwargs;
    role = value.id[value.id.length - 1];
  } else if (isObject(value.data) && typeof value.type === "string" && "content" in value.data) {
    fields = value.data;
    role = value.type;
  }
  if (role === undefined && typeof value.type === "string") {
    switch (value.type) {
      case "function_call":
      case "custom_tool_call":
        return {
          role: "assistant",
          parts: [{ kind: "call", id: value.call_id ?? value.id, name: value.name, args: args(value.arguments ?? value.input) }],
        };
      case "function_call_output":
      case "custom_tool_call_output":
        return { role: "tool", parts: [{ kind: "result", id: value.call_id, parts: parts(value.output) }] };
      case "reasoning":
        return { role: "assistant", parts: [{ kind: "reasoning", text: reasoning(value) }] };
      case "message":
        role = "assistant";
        break;
      default:
        if (!(value.type in ROLES) && !KNOWN.has(value.type)) return null;
        role = value.type;
    }
  }
  if (
    typeof role !== "string" ||
    !("content" in fields || "tool_calls" in fields || "parts" in fields || "function_call" in fields)
  )
    return null;
  role = ROLES[role] || role;
  const all = [];
  const thought = fields.reasoning_content ?? fields.reasoning ?? fields.additional_kwargs?.reasoning_content;
  if (thought) all.push({ kind: "reasoning", text: reasoning(thought) });
  all.push(...parts(fields.content ?? fields.parts));
  if (typeof fields.refusal === "string") all.push({ kind: "text", text: fields.refusal, note: "refusal" });
  // Anthropic's calls through LangChain are among the contents and beside them
  const there = new Set(all.filter((one) => one.kind === "call").map((one) => one.id));
  all.push(...calls(fields).filter((call) => !call.id || !there.has(call.id)));
  if (role === "tool" && !all.some((one) => one.kind === "result")) {
    return {
      role,
      name: fields.name,
      parts: [{ kind: "result", id: fields.tool_call_id, name: fields.name, failed: fields.status === "error", parts: all }],
    };
  }
  // Anthropic hands results back in the name of the user
  if (all.length && all.every((one) => one.kind === "result")) role = "tool";
  return { role, name: fields.name, parts: all };
}

function messages(value) {
  if (!Array.isArray(value)) return [message(value)].filter(Boolean);
  const found = [];
  for (const one of value) {
    if (Array.isArray(one)) {
      if (one.length === 2 && typeof one[0] === "string" && typeof one[1] === "string" && KNOWN.has(one[0])) {
        found.push({ role: ROLES[one[0]] || one[0], parts: parts(one[1]) });
      } else found.push(...messages(one));
    } else {
      const read = message(one);
      if (read) found.push(read);
    }
  }
  return found;
}

const said = (role, text) => ({ role, parts: parts(text) });

function given(inputs) {
  if (!isObject(inputs)) return [];
  const found = [];
  if (inputs.system) found.push(said("system", inputs.system));
  if (typeof inputs.instructions === "string") found.push(said("system", inputs.instructions));
  if (inputs.messages !== undefined) found.push(...messages(inputs.messages));
  else if (Array.isArray(inputs.contents)) found.push(...messages(inputs.contents));
  else if (Array.isArray(inputs.input)) found.push(...messages(inputs.input));
  else if (isObject(inputs.input) && inputs.input.messages) found.push(...messages(inputs.input.messages));
  else if (typeof inputs.prompt === "string") found.push(said("user", inputs.prompt));
  else if (Array.isArray(inputs.prompts))
    found.push(...inputs.prompts.filter((one) => typeof one === "string").map((one) => said("user", one)));
  else if (typeof inputs.input === "string" && (inputs.model || inputs.instructions)) found.push(said("user", inputs.input));
  return found;
}

function gave(outputs) {
  if (!isObject(outputs)) return [];
  if (Array.isArray(outputs.choices)) {
    return outputs.choices.flatMap((choice) =>
      messages(choice?.message ?? choice?.delta).concat(typeof choice?.text === "string" ? [said("assistant", choice.text)] : []),
    );
  }
  if (Array.isArray(outputs.generations)) {
    return outputs.generations
      .flat()
      .filter(isObject)
      .flatMap((one) => (one.message ? messages(one.message) : typeof one.text === "string" ? [said("assistant", one.text)] : []));
  }
  const itself = message(outputs);
  if (itself) return [itself];
  if (outputs.messages !== undefined) return messages(outputs.messages);
  if (outputs.message !== undefined)
    return isObject(outputs.message) ? messages(outputs.message) : [said("assistant", String(outputs.message))];
  if (Array.isArray(outputs.candidates)) return outputs.candidates.flatMap((one) => messages(one?.content));
  const inner = outputs.output;
  if (Array.isArray(inner) || isObject(inner)) {
    if (isObject(inner) && inner !== outputs && (inner.choices || inner.generations || inner.messages)) return gave(inner);
    return messages(inner);
  }
  return [];
}

const same = (a, b) => a.role === b.role && JSON.stringify(a.parts) === JSON.stringify(b.parts);

/** The conversation of a run, or null if there is none. Graphs give back all that they were given: that is there once. */
export function conversation(run) {
  const before = given(run.inputs);
  let after = gave(run.outputs);
  if (!before.length && !after.length) return null;
  let again = 0;
  while (again < before.length && again < after.length && same(before[again], after[again])) again++;
  if (again === before.length) after = after.slice(again);
  if (!after.length && isObject(run.outputs) && before.length) {
    const texts = Object.values(run.outputs).filter((one) => typeof one === "string");
    if (texts.length === 1) after = [said("assistant", texts[0])];
  }
  const names = new Map();
  for (const one of [...before, ...after]) for (const p of one.parts) if (p.kind === "call" && p.id) names.set(p.id, p.name);
  for (const one of [...before, ...after]) for (const p of one.parts) if (p.kind === "result" && !p.name) p.name = names.get(p.id);
  return { before, after, tools: tools(run) };
}

/** What the model could have called. */
function tools(run) {
  const inputs = isObject(run.inputs) ? run.inputs : {};
  const params = run.extra?.invocation_params ?? {};
  return list(inputs.tools ?? inputs.functions ?? params.tools)
    .filter(isObject)
    .map((tool) => {
      const inner = isObject(tool.function) ? tool.function : tool;
      return { name: String(inner.name ?? tool.type ?? "tool"), text: String(inner.description ?? ""), value: tool };
    });
}
