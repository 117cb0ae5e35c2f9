// The verb that carries out one round and leaves.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { visible } from "../../core/text.ts";
import { startFailure } from "../../loop/ends.ts";
import { keepWithinBounds, maskRoundLog } from "../../loop/housekeeping.ts";
import { CancelRequests } from "../../loop/requests.ts";
import { Hints } from "../../loop/hints.ts";
import { Roster } from "../../loop/roster.ts";
import { Spending } from "../../loop/spending.ts";
import { runRound } from "../../round/round.ts";
import { openConfig } from "../project.ts";
import { skipsBattery, supervised } from "../supervise.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "round",
  summary: "Carry out one round and leave",
  flags: {
    "phase": { kind: "string", placeholder: "name", brief: "Phase of this round; the rotation does not move" },
    "check-verdict": { kind: "boolean", brief: "Exit 1 unless the verdict is ok" },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner round", "agent-runner round --phase review --check-verdict"],
  async run(args, world) {
    const config = openConfig(args, world);
    const phase = args.flags.phase ?? null;
    const options = { isJson: args.isJson, phase, version: world.version };
    return await supervised(config, options, world, async ({ supervisor, stop, seats }) => {
      const spending = await Spending.open(supervisor.tools);
      const cancels = new CancelRequests(config.runtime.logDir, world.files);
      const words = new Hints(
        config.runtime.logDir,
        world.files,
        (used) => supervisor.tools.sink.emit("hint_used", used),
      );
      const means = { ...spending.means, isCancelled: (round: number) => cancels.take(round), words };
      const resumed = await supervisor.takeOver(stop.stopRound, means);
      if (resumed !== null) words.settle(resumed.result.number, resumed.wasTold);
      if (stop.finish.aborted) return exitCode.failure;
      const refusal = spending.refusal();
      if (refusal !== null) throw new OperatorError(`No round is started: ${refusal.reason}`, { fix: refusal.fix });
      // Who may work is kept account of as in a loop; that all have to wait is passed over, because a person asks.
      const roster = new Roster(seats, supervisor.tools);
      await roster.beforeRound();
      const request = { phase, skipsBattery: skipsBattery(world), stop: stop.stopRound, finish: stop.finish, ...means };
      const outcome = await runRound(request, roster.tools);
      if (outcome.kind === "not_begun") return exitCode.failure;
      if (outcome.kind === "refused") {
        for (const check of outcome.failures) world.stderr.write(`${visible(startFailure(check).text)}\n`);
        return exitCode.config;
      }
      keepWithinBounds(config, { number: outcome.result.number, now: world.clock.now() }, world.files);
      await maskRoundLog(config, outcome.result, supervisor.tools);
      const isBad = args.flags["check-verdict"] && outcome.result.verdict.kind !== "ok";
      return isBad ? exitCode.failure : exitCode.ok;
    });
  },
});
