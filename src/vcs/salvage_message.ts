// The words of a salvage in git: the name of its ref, and a message from which everything about it can be read again.
import { clip, fileStamp, visible } from "../core/text.ts";
import { isRoundNumber } from "../core/round.ts";
import type { NotCovered } from "./salvage_scan.ts";

/** Where salvages are kept. */
export const salvageRefs = "refs/agent-runner/salvage/";

/** `before`: what stood there when a round began, perhaps the operator's own; `after`: what the round left. */
export type SalvageMoment = "before" | "after";

/** Why there is a salvage. */
export interface SalvageStamp {
  readonly round: number;
  readonly moment: SalvageMoment;
  readonly phase: string | null;
  /** How the round was judged; null when it was not. */
  readonly verdict: string | null;
  /** One phrase, such as `the round timed out`. */
  readonly why: string;
}

/** What the message carries. */
export interface SalvageFacts extends SalvageStamp {
  /** How many paths it holds. */
  readonly count: number;
  /** Absolute path of the work folder. */
  readonly folder: string;
  /** Path of the work folder inside the repository, "" or ending in `/`. */
  readonly prefix: string;
  /** It was made on a branch without a commit. */
  readonly isUnborn: boolean;
  readonly isUnfiltered: boolean;
  /** The first few. */
  readonly notCovered: readonly NotCovered[];
}

const gapsNamed = 20;
const longestLine = 300;

/** `refs/agent-runner/salvage/<round>-<YYYYMMDDTHHMMSSZ>`; a later one of the same second ends in `-2` and so on. */
export function salvageRef(round: number, options: { readonly atMs: number; readonly taken: ReadonlySet<string> }) {
  const name = `${salvageRefs}${round}-${fileStamp(options.atMs)}Z`;
  let free = name;
  for (let n = 2; options.taken.has(free); n++) free = `${name}-${n}`;
  return free;
}

/** The round in the name of a ref, and the time in it (milliseconds since 1970); null for another name. */
export function readSalvageRef(ref: string): { readonly round: number; readonly atMs: number } | null {
  const found = /^(\d{1,13})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d{1,6})?$/.exec(ref.slice(salvageRefs.length));
  if (found === null || !ref.startsWith(salvageRefs)) return null;
  const [, round, year, month, day, hour, minute, second] = found.map(Number) as number[];
  const atMs = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  return isRoundNumber(round) ? { round, atMs } : null;
}

/** The message of the commit that holds the work. */
export function salvageMessage(facts: SalvageFacts): string {
  const { round, moment, phase, verdict, why, count, notCovered } = facts;
  const lines = [
    `agent-runner salvage: R${round}${phase === null ? "" : ` ${oneLine(phase)}`}`,
    "",
    `What was uncommitted in the work tree. See it with: git show -m --first-parent`,
    "",
    `Round: ${round}`,
    `Moment: ${moment}`,
    ...phase === null ? [] : [`Phase: ${oneLine(phase)}`],
    ...verdict === null ? [] : [`Verdict: ${oneLine(verdict)}`],
    `Why: ${oneLine(why)}`,
    `Paths: ${count}`,
    `Folder: ${JSON.stringify(facts.folder)}`,
    `Prefix: ${JSON.stringify(facts.prefix)}`,
    ...facts.isUnborn ? ["Base: none"] : [],
    ...facts.isUnfiltered ? ["Contents: unfiltered"] : [],
    ...notCovered.slice(0, gapsNamed).map((gap) => `Not-Covered: ${JSON.stringify([gap.path, gap.why])}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The message of the commit that holds what was in the index. */
export function indexMessage(round: number): string {
  return `agent-runner salvage: R${round}, what was staged\n`;
}

/** Reads a message back, whatever is in it; `round` stands where it names none. */
export function readSalvageMessage(message: string, round: number): SalvageFacts {
  const lines = message.split("\n");
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  const one = (name: string) => all(name)[0] ?? null;
  const count = Number(one("Paths"));
  return {
    round,
    moment: one("Moment") === "before" ? "before" : "after",
    phase: one("Phase"),
    verdict: one("Verdict"),
    why: one("Why") ?? "unknown",
    count: Number.isSafeInteger(count) ? count : 0,
    folder: textIn(one("Folder")),
    prefix: textIn(one("Prefix")),
    isUnborn: one("Base") === "none",
    isUnfiltered: one("Contents") === "unfiltered",
    notCovered: all("Not-Covered").flatMap(gapIn),
  };
}

function gapIn(json: string): readonly NotCovered[] {
  const value = parsed(json);
  if (!Array.isArray(value) || typeof value[0] !== "string" || typeof value[1] !== "string") return [];
  return [{ path: value[0], why: value[1] }];
}

function textIn(json: string | null): string {
  const value = json === null ? null : parsed(json);
  return typeof value === "string" ? value : "";
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function oneLine(text: string): string {
  return clip(visible(text).replaceAll(/\s+/g, " ").trim(), longestLine);
}
