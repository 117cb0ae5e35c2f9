// Ends rounds that run in this log folder though no record tells of them: a lost status.json must not hide an agent.
import type { ProcessInfo } from "../ports/processes.ts";
import { Reach } from "../round/reach.ts";
import { isShimCommand } from "../round/shim.ts";
import type { RoundTools } from "../round/tools.ts";

const lookMs = 100;
const killLooks = 20;

/** @param currentId the round on record, which is left alone; null when there is none */
export async function endStrays(currentId: string | null, tools: RoundTools): Promise<void> {
  const { processes, config, tell } = tools;
  const all = await processes.list(`AGENT_RUNNER_LOG_DIR=${config.runtime.logDir}`);
  if (all === null) {
    const text = "ps shows no process table: processes that leave a round's group cannot be found (install procps)";
    tell({ kind: "containment_weak", text, tone: "warn" });
    return;
  }
  const shims = all.filter(isLeadingShim);
  if (shims.length === 0) return;
  const known = currentId === null ? [] : await processes.list(`AGENT_RUNNER_ROUND_ID=${currentId}`) ?? [];
  const kept = new Set(known.filter((row) => row.isMarked).map((row) => row.pid));
  for (const shim of shims) {
    if (kept.has(shim.pid)) continue;
    tell({
      kind: "stray_round",
      text: `a round that no record tells of runs here (pid ${shim.pid}) and is being ended`,
      tone: "warn",
      facts: { pid: shim.pid },
    });
    await endGroup(shim.pid, tools);
  }
}

function isLeadingShim(row: ProcessInfo): boolean {
  return row.isMarked && !row.isZombie && row.pid === row.pgid && isShimCommand(row.command);
}

/** The group and all its descendants: asked, then killed. */
async function endGroup(leaderPid: number, tools: RoundTools): Promise<void> {
  const reach = new Reach({ roundId: "unrecorded", leaderPid }, tools.processes);
  // Before its parent dies: what moved to a session of its own is only known by descent.
  await reach.look();
  await reach.tell("SIGTERM");
  const end = tools.clock.monotonic() + tools.config.runtime.stopGraceSeconds * 1000;
  while (tools.clock.monotonic() < end) {
    if ((await reach.look()).length === 0) return;
    await tools.clock.sleep(lookMs);
  }
  for (let look = 0; look < killLooks && (await reach.kill({ sparesLeader: false })).length > 0; look++) {
    await tools.clock.sleep(lookMs);
  }
}
