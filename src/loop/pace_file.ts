// Keeps what pacing goes by over restarts, in pace.json: how much rounds took of each window, and the pause it is in.
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { isObject } from "../store/json_file.ts";
import { observationsKept, type PaceHistory, type PaceObservation } from "./pace.ts";

/** A pause that was stretched, so that the next life sits out the rest of it. */
export interface PacePause {
  /** Epoch seconds at which it ends. */
  readonly until: number;
  /** Epoch seconds at which it began. */
  readonly since: number;
  readonly reason: string;
}

/** What is remembered from round to round. */
export interface PaceMemory {
  readonly history: PaceHistory;
  /** Null when no pause was stretched, or it is over. */
  readonly pause: PacePause | null;
}

export const freshPace: PaceMemory = { history: [], pause: null };

const fileBytes = 64 * 1024;
const longestName = 200;
const largestMoment = 8.64e12;

/** Reads and writes pace.json; what cannot be read counts as absent, and what cannot be written is left as it was. */
export class PaceFile {
  readonly #path: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#path = joinPath(logDir, "pace.json");
    this.#files = files;
  }

  read(): PaceMemory {
    try {
      const bytes = this.#files.readBytes(this.#path, { offset: 0, length: fileBytes });
      const parsed: unknown = bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));
      if (!isObject(parsed)) return freshPace;
      const { history, pause } = parsed;
      const observations = Array.isArray(history) ? history.flatMap(takeObservation) : [];
      return { history: observations.slice(-observationsKept), pause: takePause(pause) };
    } catch {
      return freshPace;
    }
  }

  write({ history, pause }: PaceMemory): void {
    const content = {
      history: history.map(({ name, utilization, resetsAt }) => ({
        name: name.slice(0, longestName),
        utilization,
        resets_at: resetsAt,
      })),
      pause: pause === null ? null : { until_epoch: pause.until, started_epoch: pause.since, reason: pause.reason },
    };
    try {
      this.#files.writeAtomic(this.#path, stateText("pace.json", content, 2));
    } catch {
      // The loop goes on from what it has in memory; the event sink tells of the disk.
    }
  }
}

function takeObservation(value: unknown): PaceObservation[] {
  if (!isObject(value)) return [];
  const { name, utilization, resets_at: resetsAt } = value;
  const isShare = typeof utilization === "number" && Number.isFinite(utilization) && utilization >= 0;
  return typeof name === "string" && name.length <= longestName && isShare && isMoment(resetsAt)
    ? [{ name, utilization, resetsAt }]
    : [];
}

function takePause(value: unknown): PacePause | null {
  if (!isObject(value)) return null;
  const { until_epoch: until, started_epoch: since, reason } = value;
  return isMoment(until) && isMoment(since) && typeof reason === "string" ? { until, since, reason } : null;
}

/** Epoch seconds that a date can be made of. */
function isMoment(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= largestMoment;
}
