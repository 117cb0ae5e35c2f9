// cancel: asks the agent of the running round to finish, while the loop goes on.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { spellDuration, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { cancelPath, requestCancel } from "../../loop/requests.ts";
import { FileFault } from "../../ports/files.ts";
import { joinPath } from "../../core/path.ts";
import type { ServiceState } from "../../service/state.ts";
import { isObject, readJsonObject } from "../../store/json_file.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { lookAtService } from "../service_look.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const answerMs = 3000;
const lookMs = 50;

export default defineVerb({
  name: "cancel",
  summary: "Have the agent of the running round finish early; the loop goes on with the next round",
  flags: {},
  needs: ["read", "write", "env", "sys"],
  examples: ["agent-runner cancel"],
  async run(args, world) {
    const config = await openRunning(args, world);
    const before = await lookAtService(config, world);
    const { round } = before;
    if (round === null || !isAtWork(config, world)) throw nothingToEnd(before);
    await ask(config.runtime.logDir, round, world);
    const grace = config.runtime.cancelGraceSeconds;
    const next = before.stopping_since === null ? "the loop goes on after it" : "then the supervisor leaves";
    const text = `The agent of round ${round} is asked to finish (SIGINT); after ${
      spellDuration(grace)
    } it is ended; ${next}`;
    const answer = { cancelled: true, round_num: round, grace_s: grace };
    world.stdout.write(`${args.isJson ? spellJson(answer, "line") : text}\n`);
    return exitCode.ok;
  },
});

/** Before that there is no agent yet, and after it none any more. */
function isAtWork(config: Config, { files }: World): boolean {
  const current = readJsonObject(files, joinPath(config.runtime.logDir, "status.json"))?.current;
  return isObject(current) && current.state === "running";
}

function nothingToEnd({ active, round, why }: ServiceState): OperatorError {
  const reason = visible(why).replace(/\.$/, "");
  if (!active) {
    return new OperatorError(`There is no round to cancel, because no supervisor runs: ${reason}`, {
      fix: "See 'agent-runner status'; what a dead supervisor left running ends with 'agent-runner kill'",
    });
  }
  const what = round === null ? reason : `round ${round} has no agent at work at this moment`;
  return new OperatorError(`There is no round to cancel: ${what}`, {
    fix: "See 'agent-runner status' for what goes on",
  });
}

/** Leaves the request and waits until it was taken up. */
async function ask(logDir: string, round: number, world: World): Promise<void> {
  const { clock, files } = world;
  try {
    requestCancel(logDir, { now: clock.now(), pid: world.host.pid, round }, files);
    const end = clock.monotonic() + answerMs;
    while (clock.monotonic() < end) {
      await clock.sleep(lookMs);
      if (files.lstat(cancelPath(logDir)) === null) return;
    }
    files.remove(cancelPath(logDir));
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`The request cannot be left in '${logDir}': ${thrown.message}`, {
      fix: "Run this as the user that runs serve",
    });
  }
  throw new OperatorError(
    `Round ${round} did not take up the request: it may just be ending, or serve be stopped (SIGSTOP)`,
    {
      fix: "See 'agent-runner status' for what goes on, and call this as the user that runs serve",
    },
  );
}
