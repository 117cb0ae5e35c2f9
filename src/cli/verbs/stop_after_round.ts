// stop-after-round: asks the loop to end after the running round, and does not wait for that.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { isoTime, visible } from "../../core/text.ts";
import type { Config } from "../../config/schema.ts";
import { longestReason } from "../../loop/commands.ts";
import { readStopNote } from "../../loop/stop_note.ts";
import { numberField } from "../../view/field.ts";
import { holderStartedAt, readHolder } from "../../view/service_view.ts";
import { command, isServed, nobodyServes } from "../afar.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { lookAtService, spellActivity } from "../service_look.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

export default defineVerb({
  name: "stop-after-round",
  summary: "Ask serve to end after the running round, and return at once ('stop' waits until it is gone)",
  flags: { reason: { kind: "string", placeholder: "TEXT", brief: "Why, for the record" } },
  needs: ["read", "write", "env", "sys"],
  examples: ["agent-runner stop-after-round", "agent-runner stop-after-round --reason 'reboot tonight'"],
  async run(args, world) {
    const reason = (args.flags.reason ?? "").trim();
    if (reason.length > longestReason) {
      throw new OperatorError(`The reason has ${reason.length} characters, and ${longestReason} is the most`, {
        fix: "Shorten it",
        exitCode: exitCode.usage,
      });
    }
    const config = await openRunning(args, world);
    if (!await isServed(config, world)) throw nobodyServes(config, "stop");
    const before = await lookAtService(config, world);
    const hasAsked = stoppingSince(config, world) !== null;
    if (!hasAsked) {
      await command({ id: crypto.randomUUID(), command: { kind: "stop_after_round", reason } }, config, {
        // Without a round it may be gone before anybody looks.
        isObeyed: () =>
          stoppingSince(config, world) !== null || readHolder(world.files, config.runtime.logDir) === null,
      }, world);
    }
    const what = before.round === null ? "at once" : `after ${spellActivity(before, world.clock.now())}`;
    const said = hasAsked ? "It was asked before: serve ends" : "serve ends";
    const since = stoppingSince(config, world);
    const answer = {
      stopping: true,
      was_asked: hasAsked,
      stopping_since: since === null ? null : isoTime(since),
      round_num: before.round,
    };
    const text = `${said} ${visible(what)}; start it again with 'agent-runner start'`;
    world.stdout.write(`${args.isJson ? spellJson(answer, "line") : text}\n`);
    return exitCode.ok;
  },
});

/** Epoch milliseconds; null when the supervisor that runs was not asked. */
function stoppingSince(config: Config, { files }: World): number | null {
  const { logDir } = config.runtime;
  const holder = readHolder(files, logDir);
  const [pid, startedAt] = [numberField(holder, "pid"), holderStartedAt(holder)];
  return pid === null || startedAt === null ? null : readStopNote(logDir, { pid, startedAt }, files);
}
