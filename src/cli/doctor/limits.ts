// Can a round be put into a scope of its own, where limits on memory and tasks hold.
import type { ScopeFinding } from "../../ports/scope.ts";
import { scopeShortfall, scopeWish } from "../../round/scope_plan.ts";
import type { Finding, ProjectScene, Scene } from "./check.ts";
import { ok, warn } from "./check.ts";
import { ask } from "./short_command.ts";

const name = "round_limits";
const probe = [
  "systemd-run",
  "--user",
  "--scope",
  "--quiet",
  "--collect",
  "--property=MemoryMax=256M",
  "--property=TasksMax=64",
  "true",
];

export async function checkLimits(scene: ProjectScene): Promise<readonly Finding[]> {
  const { runtime } = scene.config;
  const finding = await findScope(scene);
  const shortfall = scopeShortfall(runtime, scopeWish(runtime) === "none" ? null : finding);
  if (shortfall !== null) {
    return [warn(name, {
      found: shortfall,
      fix: "Have systemd run for this user with cgroup v2, or remove the keys from [runtime]",
    })];
  }
  if (finding.kind === "usable") return [ok(name, "rounds may run in a scope of their own")];
  const keys = "round_memory_max_mb and round_tasks_max would be without effect";
  return [ok(name, `none is set; ${keys}: ${finding.reason}`)];
}

async function findScope({ world }: Scene): Promise<ScopeFinding> {
  const answer = await ask(probe, world.processes);
  switch (answer.kind) {
    case "answered":
      if (answer.code !== 0) return { kind: "absent", reason: answer.err.split("\n")[0] || "systemd-run failed" };
      return {
        kind: "usable",
        program: "systemd-run",
        isNew: true,
        limits: { memory: true, tasks: true },
        isLasting: true,
      };
    case "absent":
      return { kind: "absent", reason: "there is no systemd-run" };
    case "silent":
      return { kind: "absent", reason: "systemd-run does not answer" };
    default:
      return answer satisfies never;
  }
}
