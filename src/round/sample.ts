// Takes one sample of the machine for the metrics file.
import { appendMetrics } from "../store/metrics.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

/** @param seen `agentProcesses`: processes of the agent's name on the whole machine, as last seen */
export async function recordSample(
  event: "round_start" | "round_end" | "periodic",
  round: Pick<RoundIdentity, "number" | "phase">,
  seen: { readonly agentProcesses: number },
  tools: RoundTools,
): Promise<void> {
  const { config, host } = tools;
  appendMetrics(tools.files, {
    logDir: config.runtime.logDir,
    at: tools.clock.now(),
    sample: {
      moment: event,
      cpuPercent: null,
      host: host.sample(),
      disk: await host.disk(config.runtime.logDir),
      agentProcessCount: seen.agentProcesses,
      roundNumber: round.number,
      phase: round.phase,
    },
  });
}
