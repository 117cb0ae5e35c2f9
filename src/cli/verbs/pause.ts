// pause: lets the running round finish, and then no further one begin until it is told to.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { isoTime, visible } from "../../core/text.ts";
import { longestReason } from "../../loop/commands.ts";
import { command, isServed, nobodyServes, pauseOnRecord } from "../afar.ts";
import { parseAhead } from "../ahead.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { lookAtService, spellActivity } from "../service_look.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "pause",
  summary: "Let the running round finish, then begin no further one until 'resume'; serve goes on running",
  flags: {
    for: { kind: "string", placeholder: "TIME", brief: "Go on by itself after so long, e.g. 90s, 45m, 2h, 1d" },
    until: {
      kind: "string",
      placeholder: "MOMENT",
      brief: "Go on by itself then: a UTC time, e.g. 2026-11-21T08:30:00Z",
    },
    reason: { kind: "string", placeholder: "TEXT", brief: "Why, for those who look and for the record" },
  },
  needs: ["read", "write", "env", "sys"],
  examples: [
    "agent-runner pause",
    "agent-runner pause --for 2h --reason 'deploying'",
    "agent-runner pause --until 2026-11-22T06:00:00Z",
  ],
  async run(args, world) {
    const { flags } = args;
    const now = world.clock.now();
    const untilMs = parseAhead({ for: flags.for, until: flags.until }, now);
    const reason = flags.reason?.trim() ?? "";
    if (reason.length > longestReason) {
      throw new OperatorError(`The reason has ${reason.length} characters, and ${longestReason} is the most`, {
        fix: "Shorten it; what the next round has to know is for 'agent-runner hint'",
        exitCode: exitCode.usage,
      });
    }
    const config = await openRunning(args, world);
    if (!await isServed(config, world)) throw nobodyServes(config, "pause");
    const untilEpoch = untilMs === null ? null : Math.ceil(untilMs / 1000);
    await command({ id: crypto.randomUUID(), command: { kind: "pause", reason, untilEpoch } }, config, {
      isObeyed: () => pauseOnRecord(config, world)?.until_epoch === untilEpoch,
    }, world);
    const state = await lookAtService(config, world);
    const record = pauseOnRecord(config, world);
    const end = untilEpoch === null
      ? "until 'agent-runner resume'"
      : `until ${isoTime(untilEpoch * 1000).slice(0, 19)}Z`;
    const text = state.round === null
      ? `Paused: no round begins ${end}`
      : `No round begins after ${visible(spellActivity(state, world.clock.now()))}, ${end}`;
    const answer = { paused: true, ...record, round_num: state.round };
    world.stdout.write(`${args.isJson ? spellJson(answer, "line") : text}\n`);
    return exitCode.ok;
  },
});
