// retry-now: ends the wait that serve is in, from another terminal, without stopping anything.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { joinPath } from "../../core/path.ts";
import { visible } from "../../core/text.ts";
import type { NowView } from "../../core/view.ts";
import type { Config } from "../../config/schema.ts";
import { requestRetry, retryPath } from "../../loop/requests.ts";
import { FileFault } from "../../ports/files.ts";
import { openEventSource } from "../../store/event_source.ts";
import { isObject, readJsonObject } from "../../store/json_file.ts";
import { lockPath, readNow, readService } from "../../view/service_view.ts";
import { readingLogs } from "../log_folder.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

const answerMs = 3000;
const lookMs = 50;

export default defineVerb({
  name: "retry-now",
  summary: "End the wait between rounds that serve is in: the next round starts at once",
  flags: {},
  needs: ["read", "write", "env", "sys"],
  examples: ["agent-runner retry-now", "agent-runner --config ~/shop/agent-runner.toml retry-now"],
  async run(args, world) {
    const config = await openRunning(args, world);
    const status = readJsonObject(world.files, joinPath(config.runtime.logDir, "status.json")) ?? {};
    const now = await readingLogs(() => lookAt(config, status, world));
    if (now.state === "paused") {
      throw new OperatorError(`No wait is to be ended: ${visible(now.why)}`, {
        fix: "Have it go on with 'agent-runner resume'",
      });
    }
    if (now.state !== "waiting") throw nothingToEnd(now);
    if (isObject(status.waiting) && status.waiting.classification === "budget") {
      throw new OperatorError(`This wait cannot be ended: ${visible(now.why)}`, {
        fix: "Raise the limit in [budget], and start 'agent-runner serve' again",
      });
    }
    await ask(config.runtime.logDir, world);
    const text = `The wait is over: the next round starts now (${visible(now.why)})`;
    const answer = { retried: true, waited_for: now.why, until: now.until };
    world.stdout.write(`${args.isJson ? spellJson(answer, "line") : text}\n`);
    return exitCode.ok;
  },
});

/** What serve does now, as `peek` tells it. */
async function lookAt(config: Config, status: Readonly<Record<string, unknown>>, world: World): Promise<NowView> {
  const { files } = world;
  const { logDir } = config.runtime;
  const now = world.clock.now();
  const isActive = await world.lock.isHeld(lockPath(logDir));
  const view = readNow({ now, events: openEventSource({ files, logDir }) }, { isActive, status });
  if (view.state !== "idle") return view;
  // Without a status.json, a wait that is on record still tells.
  if (readJsonObject(files, joinPath(logDir, "wait.json")) === null) return view;
  const limit = readService({ files, logDir, now }, { isActive, holder: null }).rate_limit;
  return limit === null ? view : { ...view, state: "waiting", why: limit.limit_type };
}

function nothingToEnd({ state, why }: NowView): OperatorError {
  const reason = visible(why).replace(/\.$/, "");
  if (state === "stopped") {
    return new OperatorError(`There is no wait to end, because no supervisor runs: ${reason}`, {
      fix: "Start it with 'agent-runner serve'; should it then wait, call this again",
    });
  }
  return new OperatorError(`There is no wait to end: ${reason}`, {
    fix: "See 'agent-runner peek' for what goes on",
  });
}

/** Leaves the request and waits until serve has taken it. */
async function ask(logDir: string, world: World): Promise<void> {
  const { clock, files } = world;
  try {
    requestRetry(logDir, { now: clock.now(), pid: world.host.pid }, files);
    const end = clock.monotonic() + answerMs;
    while (clock.monotonic() < end) {
      await clock.sleep(lookMs);
      if (files.lstat(retryPath(logDir)) === null) return;
    }
    files.remove(retryPath(logDir));
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`The request cannot be left in '${logDir}': ${thrown.message}`, {
      fix: "Run this as the user that runs serve",
    });
  }
  throw new OperatorError("serve did not take up the request: it may just have gone on, or be stopped (SIGSTOP)", {
    fix: "See 'agent-runner peek' for what goes on, and call this as the user that runs serve",
  });
}
