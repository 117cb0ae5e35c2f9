// Are the prompt files there, and would a round be started with what they hold.
import { baseName } from "../../core/path.ts";
import { spellBytes } from "../../core/text.ts";
import { batteryOf } from "./battery.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { fail, ok, someOf } from "./check.ts";

const name = "prompt";

export function checkPrompt(scene: ProjectScene): readonly Finding[] {
  const { config, world } = scene;
  const agents = [config.agent, ...config.agent.fallbacks];
  const troubles = new Map<string, Finding>();
  for (const settings of agents) {
    for (const { name: check, reason, fix } of batteryOf(settings, scene).failures) {
      if (check.startsWith("prompt_")) troubles.set(reason, fail(name, { found: reason, fix }));
    }
  }
  if (troubles.size > 0) return [...troubles.values()];
  if (agents.every((settings) => settings.promptDelivery === "none")) return [ok(name, "the agent takes none")];
  const bytes = config.prompt.files.reduce((sum, path) => sum + (world.files.stat(path)?.size ?? 0), 0);
  return [ok(name, `${someOf(config.prompt.files.map(baseName))} (${spellBytes(bytes)})`)];
}
