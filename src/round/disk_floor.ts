// Decides whether a disk has too little room left for a round to go on: pure in its samples.
import type { Verdict } from "../core/verdict.ts";
import type { DiskSample } from "../ports/host.ts";

const megabyte = 1024 * 1024;
/** As fast as anything on a small machine fills a disk, bytes in a second. */
const fastestFillBytes = 500 * megabyte;
const shortestLookSeconds = 2;
const longestLookSeconds = 30;

/** Why a bound ends a round before its time. */
export interface BoundEnd {
  readonly sign: "disk" | "runaway";
  /** For people, without a full stop at the end. */
  readonly why: string;
}

/** A disk and how much of it must stay free. */
export interface DiskFloor {
  /** `work` or `log` folder, for people. */
  readonly name: string;
  readonly floorBytes: number;
}

/**
 * The floor of one round. A disk that has less room when the round begins than is asked for must not end every round at
 * once: then half of what there was is the floor. @param firstFreeBytes free when the round began
 */
export function floorOf(firstFreeBytes: number, wantedBytes: number): number {
  return firstFreeBytes > wantedBytes ? wantedBytes : Math.floor(firstFreeBytes / 2);
}

/** Null: the round goes on, also where the disk could not be asked. */
export function diskEnd(sample: DiskSample | null, floor: DiskFloor): BoundEnd | null {
  if (sample === null || sample.freeBytes >= floor.floorBytes) return null;
  const left = Math.floor(sample.freeBytes / megabyte);
  const wanted = Math.ceil(floor.floorBytes / megabyte);
  return { sign: "disk", why: `the disk of the ${floor.name} folder has ${left} MB left, fewer than ${wanted}` };
}

/** Seconds until it could be full at the earliest, within bounds. */
export function nextDiskLookSeconds(sample: DiskSample | null, floorBytes: number): number {
  if (sample === null) return longestLookSeconds;
  const seconds = (sample.freeBytes - floorBytes) / fastestFillBytes;
  return Math.max(shortestLookSeconds, Math.min(longestLookSeconds, seconds));
}

/** The verdict of a round that the disk cut short, whatever the agent was about to say. */
export function diskVerdict(why: string, before: Verdict): Verdict {
  return {
    ...before,
    kind: "bounded",
    summary: `The round was ended early: ${why}.`,
    evidence: [{ record: "supervisor", field: "disk", value: why }],
    resetsAt: null,
    retryAfterSeconds: null,
    waitClass: null,
    needsHuman: true,
  };
}
