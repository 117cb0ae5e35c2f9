// Ends the supervisor of a project and all of its rounds, and has its service manager not start it again.
import { visible } from "../core/text.ts";
import type { Config } from "../config/schema.ts";
import { findHolder } from "../loop/holder.ts";
import { endStrays } from "../loop/strays.ts";
import { ScopeDesk } from "../round/scope_desk.ts";
import { killAll } from "../service/kill.ts";
import type { KillReport } from "../service/kill.ts";
import { readingLogs } from "./log_folder.ts";
import { serviceHere } from "./service_here.ts";
import type { World } from "./world.ts";

/** What is left of it is told in the report. Throws `OperatorError` where the log folder may not be read. */
export async function killProject(config: Config, world: World): Promise<KillReport> {
  const service = await serviceHere(config, world);
  const isOurs = service !== null && !service.isForeign;
  // Told first: a supervisor that has to be killed would be started again.
  const [, report] = await Promise.all([
    isOurs ? service.keeper.dismiss(service.name) : null,
    readingLogs(() => killHere(config, world)),
  ]);
  if (service === null) return report;
  if (isOurs) await service.keeper.stop(service.name);
  const { active } = await service.keeper.state(service.name);
  if (["inactive", "failed", "unknown"].includes(active)) return report;
  const command = service.keeper.command("stop", service.name);
  return { ...report, left: [...report.left, `${visible(service.name)} will start it again (${command})`] };
}

async function killHere(config: Config, world: World): Promise<KillReport> {
  const { clock, files, lock, processes, host } = world;
  const { logDir } = config.runtime;
  return await killAll({
    clock,
    files,
    lock,
    processes,
    logDir,
    ownPid: host.pid,
    findHolder: () => findHolder(logDir, { files, processes }),
    sweep: async (graceSeconds) => {
      const runtime = { ...config.runtime, stopGraceSeconds: graceSeconds };
      const ended = await endStrays(null, {
        clock,
        files,
        host,
        processes,
        config: { ...config, runtime },
        scopes: new ScopeDesk(runtime, { files, scopes: world.scopes }, () => {}),
        // What is met is told once, in the report.
        tell: () => {},
      });
      return ended.reduce((sum, left) => sum + left.processes, 0);
    },
  });
}
