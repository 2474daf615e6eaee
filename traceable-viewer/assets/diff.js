// What differs between two JSON values, path by path.

const isBranch = (value) => value !== null && typeof value === "object";
const kindOf = (value) => (Array.isArray(value) ? "array" : isBranch(value) ? "object" : typeof value);

/** `$.messages[0]["a key"]`. */
const step = (path, key) =>
  path + (typeof key === "number" ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? "." + key : `[${JSON.stringify(key)}]`);

/**
 * The differences: `{path, sign: "added"|"removed"|"changed", a, b}`; `same` is how many values are equal, `cut` that
 * there are more than `most`. Items of lists are compared from both ends, so that one put between is one that was added.
 */
export function diff(a, b, most = 5000) {
  const found = { rows: [], same: 0, cut: false };
  const stack = [{ path: "$", a, b }];
  const put = (sign, path, a, b) => (found.rows.length < most ? found.rows.push({ path, sign, a, b }) : (found.cut = true));
  while (stack.length && !found.cut) {
    const { path, a, b } = stack.pop();
    if (a === undefined) put("added", path, a, b);
    else if (b === undefined) put("removed", path, a, b);
    else if (!isBranch(a) || !isBranch(b) || kindOf(a) !== kindOf(b)) {
      if (a === b) found.same++;
      else put("changed", path, a, b);
    } else stack.push(...(Array.isArray(a) ? items(path, a, b) : members(path, a, b)).reverse());
  }
  return found;
}

function members(path, a, b) {
  const own = (object, key) => (Object.hasOwn(object, key) ? object[key] : undefined);
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].map((key) => ({ path: step(path, key), a: own(a, key), b: own(b, key) }));
}

function items(path, a, b) {
  const [left, right] = [a, b].map((list) => list.map((item) => JSON.stringify(item)));
  let end = 0;
  if (a.length !== b.length) {
    const shorter = Math.min(a.length, b.length);
    let start = 0;
    while (start < shorter && left[start] === right[start]) start++;
    while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  }
  const pairs = [];
  for (let i = 0; i < Math.max(a.length, b.length) - end; i++) {
    pairs.push({ path: step(path, i), a: i < a.length - end ? a[i] : undefined, b: i < b.length - end ? b[i] : undefined });
  }
  for (let i = end; i > 0; i--) pairs.push({ path: step(path, b.length - i), a: a[a.length - i], b: b[b.length - i] });
  return pairs;
}

/** Where two texts differ: how much is equal at the start and at the end. */
export function middle(a, b) {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  let end = 0;
  while (start < shorter && a[start] === b[start]) start++;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, end };
}
