// Leaves a command for the loop of a project, and believes it only when the loop has obeyed.
import { OperatorError } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import { visible } from "../core/text.ts";
import type { Config } from "../config/schema.ts";
import { giveCommand } from "../loop/commands.ts";
import type { Command } from "../loop/commands.ts";
import { FileFault } from "../ports/files.ts";
import { readJsonObject } from "../store/json_file.ts";
import type { PauseRecord } from "../store/status_pause.ts";
import { lockPath, pauseIn } from "../view/service_view.ts";
import type { World } from "./world.ts";

const answerMs = 5000;
/** From the taking of a request to its effect. */
const effectMs = 3000;
const lookMs = 50;

/** Who calls, for the record: the user, and whether from another machine. */
export function callerOf(world: World): string {
  const environment = world.host.environment();
  const user = environment.SUDO_USER || environment.USER || environment.LOGNAME || "somebody";
  return `${user.slice(0, 60)}${environment.SSH_CONNECTION ? " over ssh" : ""}`;
}

/** Whether a supervisor works on that log folder at this moment. */
export async function isServed(config: Config, world: World): Promise<boolean> {
  return await world.lock.isHeld(lockPath(config.runtime.logDir));
}

/** The pause on record; null when rounds may begin. */
export function pauseOnRecord(config: Config, { files }: World): PauseRecord | null {
  return pauseIn(readJsonObject(files, joinPath(config.runtime.logDir, "status.json")) ?? {});
}

/** @param what is not to be done, e.g. `pause` */
export function nobodyServes(config: Config, what: string): OperatorError {
  return new OperatorError(`There is nothing to ${what}: no supervisor works on '${visible(config.runtime.logDir)}'`, {
    fix: "See 'agent-runner status'; 'agent-runner start' starts one",
  });
}

/**
 * Waits until the command is obeyed. Throws `OperatorError` when it is not, and then it is taken back.
 * @param isObeyed told by its effect, because a file that is gone may have been cleared by a supervisor that just began
 */
export async function command(
  given: { readonly id: string; readonly command: Command },
  config: Config,
  options: { readonly isObeyed: () => boolean },
  world: World,
): Promise<void> {
  const { clock, files } = world;
  const { logDir } = config.runtime;
  try {
    const path = giveCommand(logDir, { ...given, at: clock.now(), by: callerOf(world) }, files);
    let end = clock.monotonic() + answerMs;
    let isTaken = false;
    while (clock.monotonic() < end) {
      await clock.sleep(lookMs);
      if (!isTaken && files.lstat(path) !== null) continue;
      if (options.isObeyed()) return;
      // It is taken before it is obeyed, and a slow disk may lie in between.
      if (!isTaken) end = clock.monotonic() + effectMs;
      isTaken = true;
    }
    files.remove(path);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`The request cannot be left in '${visible(logDir)}': ${thrown.message}`, {
      fix: "Run this as the user that runs serve",
    });
  }
  throw new OperatorError(
    "serve did not take up the request: it is between two steps of a round, just starts or ends, or is stopped (SIGSTOP)",
    { fix: "See 'agent-runner status' for what goes on, and call this again, as the user that runs serve" },
  );
}
