// Changes as they arrive: server-sent events, and a poll each 3 seconds where they fail.
import { liveStatus } from "./shell.js";

const POLL_MS = 3000;
const GATHER_MS = 30;

/**
 * Calls `onChange({seq, traces})` for changes after `after`. Changes of a moment come as one,
 * so that a busy program costs the page one request and not hundreds. `traces` is null when
 * they are not known (after a poll). Returns `{stop}`.
 */
export function live(after, onChange) {
  let seq = Number(after) || 0;
  let source = null;
  let poll = 0;
  let gather = 0;
  let waiting = null;
  let stopped = false;
  let failures = 0;

  function tell(next, traces) {
    seq = Math.max(seq, next);
    waiting = waiting || new Set();
    if (traces === null) waiting.unknown = true;
    else for (const id of traces) waiting.add(id);
    if (!gather) gather = setTimeout(flush, GATHER_MS);
  }

  function flush() {
    gather = 0;
    const now = waiting;
    waiting = null;
    if (!stopped && now) onChange({ seq, traces: now.unknown ? null : [...now] });
  }

  function open() {
    if (stopped || !("EventSource" in window)) return startPoll();
    source = new EventSource("/api/local/events?after=" + seq);
    source.addEventListener("open", () => {
      failures = 0;
      stopPoll();
      liveStatus("live");
    });
    source.addEventListener("change", (event) => {
      try {
        const change = JSON.parse(event.data);
        tell(Number(change.seq) || seq, Array.isArray(change.traces) ? change.traces : null);
      } catch { /* A line cut by a restart: the next one tells. */ }
    });
    source.addEventListener("error", () => {
      // The browser connects again by itself; if it gave up, or keeps failing, a poll asks.
      failures += 1;
      liveStatus("wait");
      if (source.readyState === EventSource.CLOSED || failures > 2) {
        source.close();
        source = null;
        startPoll();
      }
    });
  }

  function startPoll() {
    if (poll || stopped) return;
    poll = setInterval(ask, POLL_MS);
  }

  function stopPoll() {
    clearInterval(poll);
    poll = 0;
  }

  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/api/local/info", { cache: "no-store" });
      const info = await answer.json();
      liveStatus("poll");
      if (info.seq !== seq) {
        seq = Math.min(seq, info.seq);
        tell(info.seq, null);
      }
      if (!source && failures < 8 && "EventSource" in window) {
        stopPoll();
        open();
      }
    } catch {
      liveStatus("off");
    }
  }

  liveStatus("wait");
  open();
  // A page that goes away frees its connection; browsers allow few to one host.
  const leave = () => source?.close();
  const back = (event) => {
    if (event.persisted && !stopped) {
      stopPoll();
      open();
    }
  };
  addEventListener("pagehide", leave);
  addEventListener("pageshow", back);

  return {
    stop() {
      stopped = true;
      clearTimeout(gather);
      stopPoll();
      source?.close();
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", back);
    },
  };
}
