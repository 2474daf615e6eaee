// The runs of a trace as a tree: who is below whom, which parents never came, what a collapsed run hides.

const make = (id, run) => ({
  id,
  run,
  missing: !run,
  name: run ? run.name : "parent that never arrived",
  type: run ? run.type : "missing",
  status: run ? run.status : "missing",
  start: run ? run.start : null,
  end: run ? run.end : null,
  parent: null,
  children: [],
  depth: 0,
  pos: 1,
  size: 1,
  errorsBelow: 0,
  runsBelow: 0,
  pendingBelow: 0,
  brokenBelow: 0,
  used: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 },
});

const USED = ["prompt_tokens", "completion_tokens", "total_tokens", "cost"];

/** Trees can be thousands of runs deep, so nothing here recurses. */
export function buildTree(doc) {
  const nodes = new Map();
  for (const run of doc.runs) nodes.set(run.id, make(run.id, run));
  const roots = [];
  for (const self of [...nodes.values()]) {
    const id = self.run.parent;
    if (id == null || id === self.id) {
      roots.push(self);
      continue;
    }
    let parent = nodes.get(id);
    if (!parent) {
      parent = make(id, null);
      nodes.set(id, parent);
      roots.push(parent);
    }
    self.parent = parent;
    parent.children.push(self);
  }
  const order = [];
  const reached = new Set();
  const walk = (from) => {
    const stack = [from];
    while (stack.length) {
      const node = stack.pop();
      if (reached.has(node)) continue;
      reached.add(node);
      order.push(node);
      node.depth = node.parent ? node.parent.depth + 1 : 0;
      for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
    }
  };
  roots.forEach(walk);
  // runs that name each other as parents have no root: the first of them becomes one
  for (const node of nodes.values()) {
    if (reached.has(node)) continue;
    node.parent.children.splice(node.parent.children.indexOf(node), 1);
    node.parent = null;
    roots.push(node);
    walk(node);
  }
  const place = (list) =>
    list.forEach((node, i) => {
      node.pos = i + 1;
      node.size = list.length;
    });
  place(roots);
  let start = Infinity,
    end = -Infinity,
    errors = 0,
    pending = 0,
    broken = 0,
    runs = 0,
    depth = 0,
    seen = -Infinity;
  const used = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 };
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    place(node.children);
    if (node.missing) {
      for (const child of node.children) {
        if (child.start != null) node.start = Math.min(node.start ?? Infinity, child.start);
        if (child.end != null) node.end = Math.max(node.end ?? -Infinity, child.end);
      }
    } else {
      const failed = node.status === "error",
        open = node.status === "pending";
      runs++;
      errors += failed;
      pending += open;
      broken += !!node.run.broken;
      if (node.start != null) {
        start = Math.min(start, node.start);
        seen = Math.max(seen, node.start);
      }
      if (node.end != null) {
        end = Math.max(end, node.end);
        seen = Math.max(seen, node.end);
      }
      for (const key of ["error", "input", "output"]) if (typeof node.run[key] !== "string") node.run[key] = "";
      if (node.parent) {
        node.parent.errorsBelow += failed;
        node.parent.pendingBelow += open;
        node.parent.brokenBelow += !!node.run.broken;
        node.parent.runsBelow++;
      }
    }
    if (node.parent) {
      for (const key of ["errorsBelow", "runsBelow", "pendingBelow", "brokenBelow"]) node.parent[key] += node[key];
    }
    // what the runs below have used; only where they say nothing, what the run itself says, so that nothing counts twice
    for (const key of USED) {
      node.used[key] ||= node.run?.[key] || 0;
      if (node.parent) node.parent.used[key] += node.used[key];
      else used[key] += node.used[key];
    }
    depth = Math.max(depth, node.depth);
  }
  if (start === Infinity) start = 0;
  order.forEach((node, i) => {
    node.at = i;
  });
  return { nodes, roots, order, start, end: Math.max(end, seen, start), seen, errors, pending, broken, runs, depth, used };
}

/** Rows that are shown: without what is below collapsed runs; with a search, what matches and what is above it. */
export function visibleRows(tree, collapsed, hits) {
  if (hits) {
    const keep = new Set();
    for (let node of hits) for (; node && !keep.has(node); node = node.parent) keep.add(node);
    return tree.order.filter((node) => keep.has(node));
  }
  if (!collapsed.size) return tree.order;
  const rows = [];
  let hidden = Infinity;
  for (const node of tree.order) {
    if (node.depth > hidden) continue;
    hidden = collapsed.has(node.id) ? node.depth : Infinity;
    rows.push(node);
  }
  return rows;
}

/** Runs in which the text occurs, or null without a text. */
export function search(tree, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return null;
  const has = (part) => part != null && String(part).toLowerCase().includes(wanted);
  const hits = new Set();
  for (const node of tree.order) {
    const run = node.run;
    if (
      has(node.name) ||
      has(node.type) ||
      has(node.status) ||
      has(node.id) ||
      (run && (has(run.model) || has(run.error) || has(run.input) || has(run.output) || (run.tags || []).some(has)))
    ) {
      hits.add(node);
    }
  }
  return hits;
}

/** The next run that failed, in the order of the tree and round the end. */
export function nextError(tree, from, step) {
  const count = tree.order.length;
  const at = from ? from.at : step > 0 ? -1 : 0;
  for (let i = 1; i <= count; i++) {
    const node = tree.order[(((at + step * i) % count) + count) % count];
    if (node.status === "error") return node;
  }
  return null;
}

export const SIGNS = {
  success: ["✓", "ok"],
  error: ["✗", "error"],
  pending: ["◌", "running"],
  cancelled: ["⊘", "cancelled"],
  dropped: ["⊘", "dropped"],
  missing: ["?", "never arrived"],
};

export const sign = (status) => SIGNS[status] || ["·", String(status)];

/** When a run ends, as far as is known: what runs has lasted until now. */
export const endOf = (node, now) => node.end ?? (node.status === "pending" ? Math.max(now, node.start ?? now) : node.start);
