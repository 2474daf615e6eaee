// What mouse and keys do in the tree.

const rowOf = (event) => event.target.closest?.(".rows > .tr")?.row;

export function takeInput(grid) {
  grid.el.addEventListener("click", (event) => {
    const row = rowOf(event);
    if (!row) return;
    if (event.target === row.toggle && row.node.children.length) return grid.toggle(row.node);
    grid.select(row.node, true);
    grid.on.opened(row.node);
  });
  grid.el.addEventListener("dblclick", (event) => {
    const row = rowOf(event);
    if (!row) return;
    if (event.target.closest(".bar")) grid.scale.around(row.node, grid.now);
    else grid.toggle(row.node);
  });
  grid.el.addEventListener("wheel", (event) => wheel(grid, event), { passive: false });
  grid.el.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== grid.el) return;
    if (press(grid, event.key) !== false) event.preventDefault();
  });
}

/** With Ctrl the wheel zooms the time, with Shift it moves it. */
function wheel(grid, event) {
  const box = grid.ticks.getBoundingClientRect();
  if (event.clientX < box.left) return;
  const side = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    grid.scale.by(Math.exp(Math.max(Math.min(event.deltaY, 60), -60) / 120), (event.clientX - box.left) / box.width);
  } else if (grid.scale.window && side) {
    event.preventDefault();
    grid.scale.pan(side / box.width);
  }
}

/** As the practices for a treegrid have it. `false`: the key means nothing here. */
function press(grid, key) {
  const node = grid.selected;
  const page = Math.max(Math.floor(grid.el.clientHeight / grid.high) - 2, 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  if (key in steps) return grid.move(steps[key]);
  if (!node) return false;
  const open = node.children.length > 0 && !grid.collapsed.has(node.id);
  switch (key) {
    case "ArrowRight":
      return open ? grid.move(1) : grid.toggle(node, false);
    case "ArrowLeft":
      return open && !grid.hits ? grid.toggle(node, true) : grid.select(node.parent, true);
    case "Enter":
      return grid.on.opened(node, true);
    case " ":
      return grid.toggle(node);
    case "*":
      return grid.collapseAll(false);
    default:
      return false;
  }
}
