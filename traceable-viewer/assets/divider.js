// The line between tree and detail: to be dragged, or moved by the arrows. Its place is kept for the next trace.

import { h } from "./dom.js";

const KEY = "traceable.divider";

export function divider(box) {
  const set = (percent) => {
    const share = Math.min(Math.max(percent, 25), 80);
    box.style.setProperty("--left", share + "%");
    line.setAttribute("aria-valuenow", Math.round(share));
    return share;
  };
  const keep = (share) => {
    try {
      localStorage.setItem(KEY, share.toFixed(1));
    } catch {
      /* for this page then */
    }
  };
  const now = () => Number(line.getAttribute("aria-valuenow"));
  const line = h("div", {
    class: "divider",
    role: "separator",
    tabindex: "0",
    "aria-orientation": "vertical",
    "aria-label": "Width of the tree",
    "aria-valuemin": "25",
    "aria-valuemax": "80",
    on: {
      pointerdown: (event) => {
        event.preventDefault();
        line.setPointerCapture(event.pointerId);
        const frame = box.getBoundingClientRect();
        const move = (e) => set(((e.clientX - frame.left) / frame.width) * 100);
        line.addEventListener("pointermove", move);
        const stop = () => {
          line.removeEventListener("pointermove", move);
          keep(now());
        };
        line.addEventListener("pointerup", stop, { once: true });
        line.addEventListener("pointercancel", stop, { once: true });
      },
      dblclick: () => keep(set(58)),
      keydown: (event) => {
        const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        keep(set(now() + step));
      },
    },
  });
  let share = 58;
  try {
    share = Number(localStorage.getItem(KEY)) || share;
  } catch {
    /* the usual width */
  }
  set(share);
  return line;
}
