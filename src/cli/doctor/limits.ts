// Can a round be put into a scope of its own, where limits on memory and tasks hold.
import { scopeShortfall, scopeWish } from "../../round/scope_plan.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { ok, warn } from "./check.ts";

const name = "round_limits";

export async function checkLimits({ world, config }: ProjectScene): Promise<readonly Finding[]> {
  const { runtime } = config;
  const wish = scopeWish(runtime);
  // Asked as for a round with limits: whether the scope would outlive the login is part of the answer.
  const finding = wish === "none" ? null : await world.scopes.find({ isOnlyLasting: false });
  const shortfall = scopeShortfall(runtime, finding);
  if (shortfall !== null) {
    const fix = finding === null
      ? 'Set runtime.round_scope to "auto", or remove the keys from [runtime]'
      : "Have systemd run for this user with cgroup v2, or remove the keys from [runtime]";
    return [warn(name, { found: shortfall, fix })];
  }
  if (finding === null) return [ok(name, 'none is set, and rounds run without a scope: round_scope is "never"')];
  if (finding.kind === "absent") {
    return [ok(name, `none is set; ${spellKeys(["memory", "tasks"])} would be without effect: ${finding.reason}`)];
  }
  const missing = (["memory", "tasks"] as const).filter((limit) => !finding.limits[limit]);
  const without = missing.length === 0 ? "" : `; ${spellKeys(missing)} would be without effect`;
  if (wish === "lasting" && !finding.isLasting) {
    return [ok(name, `none is set, so rounds get no scope: it would end with the login${without}`)];
  }
  return [ok(name, `rounds run in a scope of their own${without}`)];
}

function spellKeys(limits: readonly ("memory" | "tasks")[]): string {
  return limits.map((limit) => limit === "memory" ? "round_memory_max_mb" : "round_tasks_max").join(" and ");
}
