// Runs the checks that stand before every round for one agent, and writes nothing while it does.
import type { AgentSettings } from "../../config/schema.ts";
import { planRound } from "../../round/plan.ts";
import { type Precheck, precheck } from "../../round/precheck.ts";
import type { ProjectScene } from "./check.ts";
import { withoutWriting } from "./reading_files.ts";

/** What a round of this agent would be refused for, but for what the log folder and git have to say. */
export function batteryOf(settings: AgentSettings, { config, world }: ProjectScene): Precheck {
  const own = { ...config, agent: { ...config.agent, ...settings } };
  const plan = planRound({ config: own, number: 1, id: "doctor", phase: null, inherited: world.host.environment() });
  const ports = { files: withoutWriting(world.files), processes: world.processes };
  const inputs = { config: own, plan, workTree: { isWorkTree: true, reason: "" }, machine: world.host.machine };
  return precheck(inputs, ports);
}
