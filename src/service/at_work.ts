// Waits until a supervisor that somebody else starts is at work, or has left again.
import { joinPath } from "../core/path.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import { isObject, readJsonObject } from "../store/json_file.ts";
import { numberField } from "../view/field.ts";
import { lockPath, readHolder } from "../view/service_view.ts";

const lookMs = 100;
/** So long it may hold the lock without a word on what it does: its start-up checks may still end it. */
const settleMs = 3_000;

export interface WorkPorts {
  readonly clock: Clock;
  readonly files: Files;
  readonly lock: Lock;
}

/** A round is on record, or a wait: the checks before the first round are passed. */
export function isBusy(logDir: string, files: Files): boolean {
  const status = readJsonObject(files, joinPath(logDir, "status.json"));
  return isObject(status?.current) || isObject(status?.waiting);
}

/** @param options `hasLeft`: asked while the lock is free. @returns its pid; null when it has left, or the time is over */
export async function untilAtWork(
  logDir: string,
  options: {
    readonly deadlineSeconds: number;
    readonly hasLeft: () => Promise<boolean>;
    /** The one before it, which does not count. */
    readonly besidePid?: number | null;
  },
  { clock, files, lock }: WorkPorts,
): Promise<number | null> {
  const end = clock.monotonic() + options.deadlineSeconds * 1000;
  let heldSince: number | null = null;
  while (clock.monotonic() < end) {
    if (await lock.isHeld(lockPath(logDir))) {
      heldSince ??= clock.monotonic();
      const pid = numberField(readHolder(files, logDir), "pid");
      const isOther = pid !== null && pid !== options.besidePid;
      if (isOther && (isBusy(logDir, files) || clock.monotonic() - heldSince >= settleMs)) return pid;
    } else {
      heldSince = null;
      if (await options.hasLeft()) return null;
    }
    await clock.sleep(lookMs);
  }
  return null;
}
