// A page of which every metric has something to tell, for tests of their names and labels.
import { logDir, now, projectFiles } from "../view/sample_project.ts";
import { PageStage } from "./page_stage.ts";

/** When the wait of the stage ends, epoch seconds. */
export const waitUntil = now / 1000 + 3600;

/** A loop that has done it all and waits. */
export async function fullStage(): Promise<PageStage> {
  const files = projectFiles();
  const seen = { name: "five_hour", utilization: 0.5, resets_at: waitUntil };
  files.writeAtomic(`${logDir}/pace.json`, JSON.stringify({ history: [seen] }));
  const stage = await PageStage.open({ files });
  const saved = {
    round_num: 1,
    sha: "a",
    ref: "r",
    count: 1,
    files: ["x"],
    why: "w",
    moment: "after",
    not_covered: [],
  };
  stage.bring([
    stage.event("serve_started", { pid: 1, version: "1", config: "c" }),
    ...stage.round(1),
    stage.event("salvage_saved", { ...saved, is_reused: false }),
    stage.event("salvage_saved", { ...saved, is_reused: true }),
    stage.event("orphan_stashed", { round_num: 1, ref: "s", reason: "r" }),
    stage.event("leftovers_ended", { round_id: "i", processes: 3 }),
    ...stage.round(2, "limit"),
    stage.event("budget_warned", { period: "day", unit: "usd", used: 8, allowed: 10 }),
  ], {
    status: { waiting: { until_epoch: waitUntil, classification: "rate_limit_account", reason: "limit" } },
    open: [{ identity: "", severity: "critical", message: "It hangs", context: {}, fix: null, look: null }],
  });
  return stage;
}
