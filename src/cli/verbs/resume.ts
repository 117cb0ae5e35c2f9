// resume: ends a pause, also one that outlived its supervisor.
import { exitCode, messageOf, OperatorError } from "../../core/errors.ts";
import { spellDuration, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import type { HeldLock } from "../../ports/lock.ts";
import { openEventSink } from "../../store/event_sink.ts";
import { StatusFile } from "../../store/status.ts";
import type { PauseRecord } from "../../store/status_pause.ts";
import { lockPath } from "../../view/service_view.ts";
import { callerOf, command, isServed, pauseOnRecord } from "../afar.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

export default defineVerb({
  name: "resume",
  summary: "End the pause that 'pause' began: rounds begin again at once",
  flags: {},
  needs: ["read", "write", "env", "sys"],
  examples: ["agent-runner resume", "agent-runner --config ~/shop/agent-runner.toml resume"],
  async run(args, world) {
    const config = await openRunning(args, world);
    const paused = pauseOnRecord(config, world);
    if (paused === null) {
      throw new OperatorError("There is no pause to end: rounds may begin", {
        fix: "See 'agent-runner status' for what goes on; a wait ends with 'agent-runner retry-now'",
      });
    }
    const seconds = Math.max(0, Math.round((world.clock.now() - Date.parse(paused.since)) / 1000));
    const isRunning = await isServed(config, world);
    if (isRunning) {
      await command({ id: crypto.randomUUID(), command: { kind: "resume" } }, config, {
        isObeyed: () => pauseOnRecord(config, world) === null,
      }, world);
    } else await endAlone(config, { paused, seconds }, world);
    const then = isRunning
      ? "rounds begin again"
      : "the next 'agent-runner start' begins rounds; no supervisor runs now";
    const text = `The pause is over after ${spellDuration(seconds)}: ${then}`;
    const answer = { resumed: true, paused_s: seconds, ...paused, active: isRunning };
    world.stdout.write(`${args.isJson ? spellJson(answer, "line") : text}\n`);
    return exitCode.ok;
  },
});

/** Under the lock, in place of a supervisor. */
async function endAlone(
  config: Config,
  { seconds }: { readonly paused: PauseRecord; readonly seconds: number },
  world: World,
): Promise<void> {
  const { logDir } = config.runtime;
  const held = await take(logDir, world);
  try {
    const file = new StatusFile(logDir, world.files);
    const { status } = file.read();
    if (status !== null) {
      const { paused: _, ...rest } = status;
      file.write(rest, { isDurable: true });
    }
    const sink = openEventSink({ files: world.files, clock: world.clock, logDir, onFault: () => {} });
    sink.emit("resumed", { by: callerOf(world), why: "asked", paused_s: seconds });
    sink.flush();
  } catch (thrown) {
    throw notEnded(logDir, messageOf(thrown));
  } finally {
    held.release();
  }
}

async function take(logDir: string, world: World): Promise<HeldLock> {
  let held: HeldLock | null;
  try {
    held = await world.lock.tryAcquire(lockPath(logDir));
  } catch (thrown) {
    throw notEnded(logDir, messageOf(thrown));
  }
  if (held === null) throw notEnded(logDir, "a supervisor starts at this moment");
  return held;
}

function notEnded(logDir: string, why: string): OperatorError {
  return new OperatorError(`The pause of '${visible(logDir)}' could not be ended: ${visible(why)}`, {
    fix: "Call it again, as the user that runs serve",
  });
}
