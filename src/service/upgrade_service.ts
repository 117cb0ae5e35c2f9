// What an upgrade asks of whatever keeps a supervisor running; the new binary itself does the restart, as by hand.
import { messageOf } from "../core/errors.ts";
import { clip } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { Processes } from "../ports/processes.ts";
import { isObject } from "../store/json_file.ts";
import { numberField, textField } from "../view/field.ts";
import { lockPath, readHolder } from "../view/service_view.ts";

const lookMs = 50;
const healthMs = 60_000;
/** A round that just ended is put on record before the old supervisor leaves, and the new one has a minute to begin. */
const restartMs = 300_000;
const saidCharacters = 300;

/** How a supervisor is kept running. */
export type Standing =
  | { readonly kind: "idle" }
  /** It can be restarted from here. `name`: for people. */
  | { readonly kind: "managed"; readonly name: string }
  /** It runs, and whoever started it has to restart it. `command`: how. */
  | { readonly kind: "by_hand"; readonly name: string; readonly command: string };

/** A way to restart a supervisor without losing its round. */
export interface RestartService {
  describe(): Promise<Standing>;
  /** Has the binary that stands in its place take over, or start where nothing runs. @returns why not, or null. */
  restart(): Promise<string | null>;
  /** Waits until a supervisor of this version is at work. @returns why it is not, or null. */
  health(version: string): Promise<string | null>;
}

/** The service of the project; `command` restarts it by hand. */
export interface OwnService {
  readonly mode: string;
  /** It is one of the whole machine, and this process has no rights over it. */
  readonly isForeign: boolean;
  readonly command: string;
}

export interface RestartParts {
  readonly clock: Clock;
  readonly files: Files;
  readonly lock: Lock;
  readonly processes: Processes;
  readonly logDir: string;
  /** Words that call the binary on this project. */
  readonly call: readonly string[];
  /** Null where none is installed. */
  readonly findService: () => Promise<OwnService | null>;
}

/** Restarts by the verbs `restart` and `start`. */
export function serviceByVerbs(parts: RestartParts): RestartService {
  return {
    describe: () => describe(parts),
    restart: () => restart(parts),
    health: (version) => health(version, parts),
  };
}

async function describe({ lock, logDir, files, findService }: RestartParts): Promise<Standing> {
  if (!await lock.isHeld(lockPath(logDir))) return { kind: "idle" };
  const holder = readHolder(files, logDir);
  const name = `the supervisor (pid ${numberField(holder, "pid") ?? "unknown"})`;
  const service = await findService();
  const mode = isObject(holder?.service) ? textField(holder.service, "mode") : null;
  if (mode !== (service?.mode ?? "plain")) {
    return { kind: "by_hand", name, command: "agent-runner stop && agent-runner start" };
  }
  return service?.isForeign ? { kind: "by_hand", name, command: service.command } : { kind: "managed", name };
}

async function restart({ call, lock, logDir, processes }: RestartParts): Promise<string | null> {
  const verb = await lock.isHeld(lockPath(logDir)) ? "restart" : "start";
  const outcome = await processes.run({ argv: [...call, verb], timeoutMs: restartMs });
  switch (outcome.kind) {
    case "absent":
      return outcome.reason;
    case "timed_out":
      return `'${verb}' took longer than ${restartMs / 60_000} minutes`;
    case "exited": {
      if (outcome.code === 0) return null;
      const words = messageOf(new TextDecoder().decode(outcome.stderr)).replace(/^agent-runner: /, "");
      return clip(words === "" ? `'${verb}' ended with exit code ${outcome.code}` : words, saidCharacters);
    }
    default:
      return outcome satisfies never;
  }
}

async function health(version: string, { clock, files, lock, logDir }: RestartParts): Promise<string | null> {
  const until = clock.monotonic() + healthMs;
  for (;;) {
    const running = await lock.isHeld(lockPath(logDir)) ? textField(readHolder(files, logDir), "version") : null;
    if (running === version) return null;
    if (clock.monotonic() >= until) {
      return running === null ? "no supervisor is at work" : `the supervisor at work is of version ${running}`;
    }
    await clock.sleep(lookMs);
  }
}
