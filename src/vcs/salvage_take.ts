// Takes changed files into an index so that one that cannot be taken does not cost the others.
import type { GitFault, GitResult } from "./git_call.ts";
import { describeFault } from "./git_call.ts";
import { filtersOf } from "./salvage_index.ts";
import type { OwnIndex } from "./salvage_index.ts";
import { nameText } from "./byte_names.ts";
import type { ByteName } from "./byte_names.ts";
import type { NotCovered } from "./salvage_scan.ts";

/** How it went. */
export interface Taken {
  readonly kind: "ok";
  /** Filters of the repository failed: the contents of some files are those on the disk. */
  readonly isUnfiltered: boolean;
  readonly notCovered: readonly NotCovered[];
}

interface Parts {
  readonly bad: readonly { readonly name: ByteName; readonly fault: GitFault }[];
  /** Nothing more can be done at all. */
  readonly end: GitFault | null;
}

/** Enough to find five bad files among thousands; then what is left of a bad part is given up. */
const mostAttempts = 64;
// What is true of the repository is true of every file in it.
const repositoryTrouble = /No space left|quota exceeded|Read-only file system|insufficient permission for adding/i;

/** Takes all names; a fault only when none could be taken, or when the time is over. */
export async function takeAll(
  index: OwnIndex,
  names: readonly ByteName[],
  options: { readonly firstTimeoutMs: number },
): Promise<Taken | GitFault> {
  const first = await index.take(names, { timeoutMs: options.firstTimeoutMs });
  if (first.kind === "ok") return { kind: "ok", isUnfiltered: false, notCovered: [] };
  if (first.kind === "timed_out") return await takeUnfiltered(index, names, first);
  if (isEnd(first)) return first;
  const filtered = await takeParts(index, halves(names));
  if (filtered.end !== null) return filtered.end;
  const badNames = filtered.bad.map(({ name }) => name);
  const rest = await silenceFilters(index, badNames) ? await takeParts(index, [badNames]) : filtered;
  if (rest.end !== null) return rest.end;
  if (rest.bad.length === names.length) return rest.bad[0]!.fault;
  return {
    kind: "ok",
    isUnfiltered: rest.bad.length < filtered.bad.length,
    notCovered: rest.bad.map(({ name, fault }) => ({ path: nameText(name), why: describeFault(fault) })),
  };
}

/** For a filter that hangs; without filters a second attempt would only take as long. */
async function takeUnfiltered(index: OwnIndex, names: readonly ByteName[], fault: GitFault): Promise<Taken | GitFault> {
  if (!await silenceFilters(index, names)) return fault;
  const again = await index.take(names);
  return again.kind === "ok" ? { kind: "ok", isUnfiltered: true, notCovered: [] } : again;
}

/** False when no filter is at work on these. */
async function silenceFilters(index: OwnIndex, names: readonly ByteName[]): Promise<boolean> {
  const filters = await filtersOf(index.call, names);
  index.silence(filters);
  return filters.length > 0;
}

/** Halves what fails until it is a single file. */
async function takeParts(index: OwnIndex, parts: readonly (readonly ByteName[])[]): Promise<Parts> {
  const waiting = [...parts];
  const bad: { name: ByteName; fault: GitFault }[] = [];
  let last: GitFault | null = null;
  for (let attempt = 0; waiting.length > 0; attempt++) {
    const part = waiting.pop()!;
    const mayTry: boolean = last === null || attempt < mostAttempts;
    const result: GitResult = mayTry ? await index.take(part) : last!;
    if (result.kind === "ok") continue;
    if (isEnd(result)) return { bad, end: result };
    last = result;
    if (part.length > 1 && mayTry) waiting.push(...halves(part));
    else for (const name of part) bad.push({ name, fault: result });
  }
  return { bad, end: null };
}

function isEnd(fault: GitFault): boolean {
  return fault.kind !== "failed" || repositoryTrouble.test(fault.reason);
}

function halves<T>(list: readonly T[]): (readonly T[])[] {
  if (list.length < 2) return [list];
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)];
}
