// Holds what a monitor told against what should have been told: nothing lost, nothing twice, nothing false.
import { judged, silences, spansOf, thresholds } from "./oracle.ts";
import type { Line, Span } from "./oracle.ts";

/** What is compared, of one watched project. */
export interface Evidence {
  readonly name: string;
  /** Of the supervisor, oldest first, without what a monitor wrote. */
  readonly events: readonly Line[];
  /** Epoch milliseconds of all that is a sign of its life. */
  readonly words: readonly number[];
  /** All that monitors printed, life after life. */
  readonly printed: readonly Line[];
  /** What they recorded. */
  readonly recorded: readonly Line[];
}

/** One comparison: what was held against what, and what is wrong; null when it holds. */
export interface Check {
  readonly what: string;
  readonly fault: string | null;
}

/** A look may see what stands in the files a little later, and its clock is rounded. */
const earlyMs = 1500;
/** So much longer than its threshold a silence must be told. */
const surelyStaleMs = 8000;

/** Every comparison for one project. */
export function compare(evidence: Evidence): Check[] {
  const { name, printed, recorded } = evidence;
  const spans = spansOf(evidence.events);
  const stale = staleChecks(evidence);
  const known = new Set<string>(judged);
  const strange = printed.filter(({ detector }) => !known.has(String(detector)));
  return [
    ...judged.filter((detector) => detector !== "supervisor_stale").flatMap((detector) => {
      const wanted = spans.filter((span) => span.detector === detector);
      return lifeChecks(`${name} ${detector}`, { wanted, told: of(printed, detector) });
    }),
    ...stale,
    ...judged.map((detector) => recordCheck(`${name} ${detector}`, of(printed, detector), of(recorded, detector))),
    check(`${name}: no other alert`, strange.length === 0 ? null : JSON.stringify(strange[0])),
  ];
}

/** Each span was told once, in its time, and its end once. */
function lifeChecks(
  name: string,
  { wanted, told }: { readonly wanted: readonly Span[]; readonly told: readonly Line[] },
): Check[] {
  const raised = told.filter(({ state }) => state === "raised");
  const resolved = told.filter(({ state }) => state === "resolved");
  const ended = wanted.filter(({ to }) => to !== null);
  const counts = (what: string, is: number, should: number) =>
    check(`${name}: ${what}`, is === should ? null : `told ${is} times, should be ${should}: ${spell(wanted, told)}`);
  return [
    counts("raised", raised.length, wanted.length),
    counts("resolved", resolved.length, ended.length),
    ...wanted.slice(0, raised.length).map(({ from, to }, i) => {
      const at = timeOf(raised[i]!);
      const next = wanted[i + 1]?.from ?? Infinity;
      const isIn = at >= from - earlyMs && at < next &&
        (to === null || i >= resolved.length || timeOf(resolved[i]!) >= to - earlyMs);
      return check(`${name}: alert ${i + 1} in its time`, isIn ? null : spell(wanted, told));
    }),
  ];
}

/** A silence is told when it is longer than the threshold, and surely so when it is much longer; nothing else is. */
function staleChecks({ name, words, printed }: Evidence): Check[] {
  const told = of(printed, "supervisor_stale").filter(({ state }) => state === "raised");
  const seconds = thresholds.staleSeconds;
  const wanted = silences(words, { seconds: seconds - earlyMs / 1000 });
  const isIn = (line: Line) => ({ from, to }: Span) => timeOf(line) > from && timeOf(line) <= to! + surelyStaleMs;
  return [
    ...told.map((line) =>
      check(`${name}: a stale supervisor was one`, wanted.some(isIn(line)) ? null : `false: ${JSON.stringify(line)}`)
    ),
    ...wanted.filter(({ from, to }) => to! - from > seconds * 1000 + surelyStaleMs).map((span) => {
      const count = told.filter((line) => isIn(line)(span)).length;
      return check(
        `${name}: a stale supervisor was told once`,
        count === 1 ? null : `${count} times: ${spell([span], told)}`,
      );
    }),
    check(`${name}: false alarms of a stale supervisor`, told.every((line) => wanted.some(isIn(line))) ? null : "some"),
  ];
}

/** What was told is on record, and nothing else is. */
function recordCheck(name: string, told: readonly Line[], recorded: readonly Line[]): Check {
  const count = (lines: readonly Line[], state: string) => lines.filter((line) => line.state === state).length;
  const is = [count(recorded, "raised"), recorded.filter(({ event }) => event === "monitor_alert_resolved").length];
  const should = [count(told, "raised"), count(told, "resolved")];
  return check(`${name}: on record`, String(is) === String(should) ? null : `recorded ${is}, told ${should}`);
}

function of(lines: readonly Line[], detector: string): Line[] {
  return lines.filter((line) => line.detector === detector);
}

function check(what: string, fault: string | null): Check {
  return { what, fault };
}

function timeOf(line: Line): number {
  return Date.parse(String(line.ts));
}

function spell(wanted: readonly Span[], told: readonly Line[]): string {
  const iso = (time: number | null) => time === null ? "now" : new Date(time).toISOString().slice(11, 23);
  const should = wanted.map(({ from, to }) => `${iso(from)}-${iso(to)}`).join(" ");
  const is = told.map((line) => `${String(line.state)}@${iso(timeOf(line))}`).join(" ");
  return `should: ${should || "none"}; told: ${is || "none"}`;
}
