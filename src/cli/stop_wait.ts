// Asks the supervisor to leave after its round, waits until its lock is free, and says what it waits for.
import { OperatorError } from "../core/errors.ts";
import { spellDuration } from "../core/text.ts";
import type { Config } from "../config/schema.ts";
import { stopRunning } from "../loop/stop_running.ts";
import { longestStopSeconds, lookAtService, spellActivity } from "./service_look.ts";
import { WaitLine } from "./wait_line.ts";
import type { World } from "./world.ts";

/** So long it is tried to find out whom to ask. */
const unknownSeconds = 5;
/** Between two looks at what is waited for. */
const refreshSeconds = 1;

/** Throws `OperatorError` when it cannot be asked, or is still there when the time is over. */
export async function stopAndWait(
  config: Config,
  options: { readonly timeoutSeconds: number | undefined; readonly isQuiet: boolean },
  world: World,
): Promise<void> {
  const { clock, stderr } = world;
  const begunAt = clock.monotonic();
  const tell = (text: string) => void (options.isQuiet || stderr.write(`agent-runner: ${text}\n`));
  tell("stopping service...");
  const line = new WaitLine(options.isQuiet ? null : stderr);
  let dueAt = 0;
  let looks: Promise<void> = Promise.resolve();
  const outcome = await stopRunning(config.runtime.logDir, world, {
    signal: new AbortController().signal,
    deadlineSeconds: options.timeoutSeconds ?? longestStopSeconds(config),
    patienceSeconds: Infinity,
    settleSeconds: 0,
    unknownSeconds,
    onWait(elapsedSeconds) {
      if (options.isQuiet || elapsedSeconds < dueAt) return;
      dueAt = elapsedSeconds + refreshSeconds;
      looks = looks.then(async () => {
        const state = await lookAtService(config, world);
        if (state.active) {
          const activity = spellActivity(state, clock.now());
          const what = state.round === null ? `the supervisor to leave (${activity})` : activity;
          line.show(`waiting for ${what}`, `${state.state} ${state.round}`);
        }
      });
    },
  });
  await looks;
  line.clear();
  const seconds = (clock.monotonic() - begunAt) / 1000;
  if (outcome.kind === "stopped") return tell(`stopped (${seconds.toFixed(1)}s)`);
  if (!outcome.wasAsked) {
    const { reason, fix = "Stop it by hand, as its own user" } = outcome.fault;
    throw new OperatorError(reason, { fix });
  }
  const state = await lookAtService(config, world);
  const what = `The supervisor still runs after ${spellDuration(seconds)}: ${spellActivity(state, clock.now())}`;
  throw new OperatorError(what, {
    fix:
      "It leaves after this round. Wait on with 'agent-runner stop', have the agent finish with 'agent-runner cancel', " +
      "or end everything with 'agent-runner kill'",
  });
}
