// Feeds recorded runs to their readers in any way bytes can arrive, and tells what came of it.
import { agents } from "../../src/agents/registry.ts";
import type { Agent, AgentReader, Observations } from "../../src/core/agent.ts";
import type { Ending } from "../../src/core/round.ts";
import type { Verdict } from "../../src/core/verdict.ts";
import { allGoldens, type Golden } from "./golden.ts";

const loaded = new Map<string, Agent>();
for (const entry of agents) loaded.set(entry.name, await entry.load());

/** Every registered reader, by name. */
export const registered: ReadonlyMap<string, Agent> = loaded;

/** Every recording for which there is a reader. */
export const recordings: readonly Golden[] = allGoldens().filter(({ reader }) => loaded.has(reader));

/** A reader for a recording, as the round that was recorded would have made it. */
export function readerFor({ reader, expected }: Golden): AgentReader {
  return loaded.get(reader)!.createReader({
    command: expected.command,
    now: () => expected.writtenAt * 1000,
    timeZone: "UTC",
  });
}

export interface Outcome {
  readonly observed: Observations;
  readonly verdict: Verdict;
  readonly lastLines: string;
}

/** What a reader makes of a recording whose bytes arrive in these chunks. */
export function outcomeOf(golden: Golden, chunks: Iterable<Uint8Array>): Outcome {
  const reader = readerFor(golden);
  for (const chunk of chunks) reader.push(chunk);
  return summaryOf(reader, golden.expected.ending);
}

export function summaryOf(reader: AgentReader, ending: Ending): Outcome {
  return { observed: reader.observe(), verdict: reader.judge(ending), lastLines: reader.lastLines() };
}

/** The parts of an outcome that lines of others must not change: all but the texts for people and the counts of lines. */
export function coreOf({ observed, verdict }: Outcome) {
  const { recordsSeen: _, unknownRecords: _unknown, badLines: _bad, ...facts } = observed;
  const { kind, resetsAt, retryAfterSeconds, waitClass, needsHuman, degraded } = verdict;
  return { facts, verdict: { kind, resetsAt, retryAfterSeconds, waitClass, needsHuman, degraded } };
}

/** The bytes in pieces of these sizes, again and again. */
export function* cutInto(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    // A copy: what a reader keeps of the caller's bytes would be noticed.
    yield bytes.slice(at, at + size);
    at += size;
  }
}

/** The lines with their newlines; the last one may have none. */
export function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

/** Whether the bytes end in the middle of a line: nothing may be put behind them. */
export function isCut(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.at(-1) !== 0x0a;
}
