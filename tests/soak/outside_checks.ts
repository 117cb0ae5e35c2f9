// Holds what came to the parties outside of a loop against what it did: nothing lost, nothing twice, nothing waited for.
import type { Check } from "./verdict.ts";

/** What is compared. */
export interface OutsideEvidence {
  /** Alerts `number 0.` to this many are on record. */
  readonly alerts: number;
  /** Texts that the sink took. */
  readonly notices: readonly string[];
  readonly readers: readonly { readonly alerts: ReadonlyMap<number, number>; readonly faults: readonly string[] }[];
  /** Numbers of the rounds that ended. */
  readonly rounds: readonly number[];
  /** Numbers of the rounds that the collector was told of. */
  readonly spans: readonly number[];
  /** Notices that were let go. */
  readonly dropped: number;
  readonly verdicts: readonly string[];
  /** Exit codes. */
  readonly codes: readonly number[];
  /** Between rounds, of the loop that is compared, and of one with nobody outside. */
  readonly gapsMs: readonly number[];
  readonly gapsAloneMs: readonly number[];
}

/** So much longer the pauses of half of the rounds, and of nearly all, may be on a machine that does other things, too. */
const halfSlackMs = 400;
const mostSlackMs = 2500;

export function checkOutside(evidence: OutsideEvidence): Check[] {
  const { alerts, notices, readers, rounds, spans, dropped, verdicts, codes, gapsMs, gapsAloneMs } = evidence;
  const wanted = Array.from({ length: alerts }, (_, n) => n);
  const told = notices.map((text) => Number(/number (\d+)\./.exec(text)?.[1] ?? NaN));
  return [
    once("outside: notices", told, wanted),
    check("outside: notices dropped", dropped === 0 ? null : `${dropped}`),
    once("outside: spans", spans, rounds),
    ...readers.flatMap(({ alerts: seen, faults }, i) => [
      once(`outside: reader ${i}`, [...seen].flatMap(([n, times]) => Array<number>(times).fill(n)), wanted),
      check(`outside: order of reader ${i}`, faults[0] ?? null),
    ]),
    check("outside: verdicts", verdicts.every((one) => one === "ok") ? null : verdicts.join(" ")),
    check("outside: exit codes", codes.every((code) => code === 0) ? null : codes.join(" ")),
    notSlower("half of the pauses", [gapsMs, gapsAloneMs], { share: 0.5, slackMs: halfSlackMs }),
    notSlower("nearly all pauses", [gapsMs, gapsAloneMs], { share: 0.95, slackMs: mostSlackMs }),
  ];
}

function check(what: string, fault: string | null): Check {
  return { what, fault };
}

/** Each of the wanted numbers is there once, and no other. */
function once(what: string, got: readonly number[], wanted: readonly number[]): Check {
  const lost = wanted.filter((n) => !got.includes(n));
  const doubled = got.filter((n, i) => got.indexOf(n) !== i);
  const strange = got.filter((n) => !wanted.includes(n));
  if (wanted.length > 0 && lost.length + doubled.length + strange.length === 0) return check(what, null);
  return check(what, `of ${wanted.length}: lost ${lost}; twice ${doubled}; strange ${strange}`);
}

function notSlower(
  what: string,
  [gaps, alone]: readonly [readonly number[], readonly number[]],
  { share, slackMs }: { readonly share: number; readonly slackMs: number },
): Check {
  const at = (all: readonly number[]) =>
    all.toSorted((a, b) => a - b)[Math.floor(share * (all.length - 1))] ?? Infinity;
  const [is, should] = [at(gaps), at(alone)];
  return check(`outside: ${what}`, is <= should + slackMs ? null : `${is} ms, ${should} ms with nobody outside`);
}
