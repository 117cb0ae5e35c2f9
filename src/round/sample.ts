// Takes one sample of the machine for the metrics file.
import { baseName } from "../core/path.ts";
import type { ProcessInfo } from "../ports/processes.ts";
import { appendMetrics } from "../store/metrics.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

/** @param seen `table`: the newest process table there is; the agent's processes are counted in it */
export async function recordSample(
  event: "round_start" | "round_end" | "periodic",
  round: Pick<RoundIdentity, "number" | "phase">,
  seen: { readonly table: readonly ProcessInfo[] },
  tools: RoundTools,
): Promise<void> {
  const { config, host } = tools;
  const agent = baseName(config.agent.command[0] ?? "");
  const isAgent = (row: ProcessInfo) => baseName(row.command.split(" ", 1)[0] ?? "") === agent;
  appendMetrics(tools.files, {
    logDir: config.runtime.logDir,
    at: tools.clock.now(),
    sample: {
      moment: event,
      cpuPercent: null,
      host: host.sample(),
      disk: await host.disk(config.runtime.logDir),
      agentProcessCount: seen.table.filter(isAgent).length,
      roundNumber: round.number,
      phase: round.phase,
    },
  });
}
