// Numbers and times as people read them; nothing known is an empty text.

const none = (n) => n === null || n === undefined || Number.isNaN(n);
const THIN = "\u202f";

/** 0.4 ms, 12 ms, 412 ms, 2.41 s, 42.0 s, 3 m 12 s, 2 h 04 m. */
export function duration(ms) {
  if (none(ms)) return "";
  if (ms < 0) return "-" + duration(-ms);
  if (ms < 0.995) return ms === 0 ? "0 ms" : ms < 0.001 ? "< 1 µs" : `${Math.round(ms * 1000)} µs`;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 9.995) return `${s.toFixed(2)} s`;
  if (s < 59.95) return `${s.toFixed(1)} s`;
  const whole = Math.round(s);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

function pad(n) {
  return String(n).padStart(2, "0");
}

/** 1 812 and 12 400 in full; from a hundred thousand shortened: 184k, 2.1M. */
export function tokens(n) {
  if (none(n)) return "";
  if (n < 99_950) return group(Math.round(n));
  if (n < 999_500) return `${Math.round(n / 1000)}k`;
  if (n < 999_500_000) return `${(n / 1e6).toFixed(n < 9_950_000 ? 1 : 0)}M`;
  return `${(n / 1e9).toFixed(1)}G`;
}

/** Digits in threes. */
export function group(n) {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, THIN);
}

/** Dollars with two significant digits below a cent. */
export function cost(n) {
  if (none(n)) return "";
  if (n === 0) return "$0";
  const size = Math.abs(n);
  if (size < 0.00001) return "< $0.00001";
  if (size < 0.01) return "$" + Number(n.toPrecision(2)).toFixed(Math.min(6, 1 - Math.floor(Math.log10(size))));
  if (size < 1) return "$" + n.toFixed(3);
  return size < 1000 ? "$" + n.toFixed(2) : "$" + group(Math.round(n));
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** The clock for today, day and clock for this year, the day alone before. */
export function time(ms) {
  if (none(ms)) return "";
  const t = new Date(ms);
  const now = new Date();
  if (t.toDateString() === now.toDateString()) return CLOCK.format(t);
  return t.getFullYear() === now.getFullYear() ? DAY.format(t) : YEAR.format(t);
}

/** The whole time with milliseconds and zone, for titles. */
export function fullTime(ms) {
  if (none(ms)) return "";
  const t = new Date(ms);
  const zone = -t.getTimezoneOffset();
  const sign = zone < 0 ? "-" : "+";
  const offset = zone === 0 ? "Z" : `${sign}${pad(Math.floor(Math.abs(zone) / 60))}:${pad(Math.abs(zone) % 60)}`;
  return `${t.getFullYear()}-${pad(t.getMonth() + 1)}-${pad(t.getDate())} ${CLOCK.format(t)}.${String(t.getMilliseconds()).padStart(3, "0")} ${offset}`;
}

/** now, 12 s ago, 4 min ago, 3 h ago, 5 d ago. */
export function ago(ms) {
  if (none(ms)) return "";
  const s = Math.round((Date.now() - ms) / 1000);
  if (s < 2) return "now";
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86_400)} d ago`;
}

export function bytes(n) {
  if (none(n)) return "";
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${(n / 1e3).toFixed(n < 9950 ? 1 : 0)} kB`;
  if (n < 1e9) return `${(n / 1e6).toFixed(1)} MB`;
  return `${(n / 1e9).toFixed(1)} GB`;
}

export function plural(n, one, many) {
  return `${group(n)} ${n === 1 ? one : many || one + "s"}`;
}
