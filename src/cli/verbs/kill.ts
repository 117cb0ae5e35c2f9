// kill: ends the supervisor, the agent and all that rounds started, within seconds, and proves it.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { visible } from "../../core/text.ts";
import type { KillReport } from "../../service/kill.ts";
import { killProject } from "../killing.ts";
import { spellJson } from "../print.ts";
import { openRunning } from "../project.ts";
import { asOwner } from "../service_here.ts";
import { lookAtService } from "../service_look.ts";
import { defineVerb } from "../verb.ts";

export default defineVerb({
  name: "kill",
  summary: "End the supervisor, the agent and all that rounds started, within 5 seconds",
  flags: {},
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner kill"],
  async run(args, givenWorld) {
    const world = await asOwner(args.configPath, givenWorld);
    const config = await openRunning(args, world);
    const report = await killProject(config, world);
    if (report.left.length > 0) {
      throw new OperatorError(`Not everything is ended: ${visible(report.left.join("; "))}`, {
        fix: "End it by hand as its own user (kill -9); 'agent-runner doctor' shows what is left",
      });
    }
    const state = await lookAtService(config, world);
    const killed = {
      supervisor_pid: report.supervisorPid,
      supervisor: report.supervisor,
      processes: report.ended,
      took_s: Math.round(report.seconds * 10) / 10,
    };
    const text = args.isJson ? spellJson({ ...state, killed }) : spellReport(report, config.runtime.logDir);
    world.stdout.write(`${text}\n`);
    return exitCode.ok;
  },
});

function spellReport({ supervisor, supervisorPid, ended, seconds }: KillReport, logDir: string): string {
  if (supervisor === "none" && ended === 0) return `Nothing runs on '${visible(logDir)}': there is nothing to kill`;
  const what = supervisor === "none"
    ? "no supervisor ran"
    : `the supervisor (pid ${supervisorPid}) ${supervisor === "asked" ? "left in order" : "was killed"}`;
  const rest = ended === 0
    ? "no process of a round was left"
    : `${ended} ${ended === 1 ? "process" : "processes"} of rounds ended`;
  const closed = supervisor === "killed" ? "; the next serve puts its round on record" : "";
  return `Killed in ${seconds.toFixed(1)}s: ${what}, ${rest}; nothing is left${closed}`;
}
