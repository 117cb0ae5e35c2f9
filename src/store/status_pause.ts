// The part of status.json that keeps a pause: who asked for it, why, and until when; read tolerantly.
import { isObject } from "./json_file.ts";

/** No further round begins until somebody says so, or the time comes. */
export interface PauseRecord {
  /** ISO time at which it was asked for. */
  readonly since: string;
  readonly by: string;
  /** Empty when none was given. */
  readonly reason: string;
  /** Epoch seconds at which it is over by itself; null: never. */
  readonly until_epoch: number | null;
}

const largestMoment = 8.64e12;

export function isPauseRecord(value: unknown): value is PauseRecord {
  if (!isObject(value)) return false;
  const { since, by, reason, until_epoch: until } = value;
  return typeof since === "string" && !Number.isNaN(Date.parse(since)) && typeof by === "string" &&
    typeof reason === "string" &&
    (until === null || typeof until === "number" && Math.abs(until) <= largestMoment);
}
