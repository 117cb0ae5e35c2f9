// Has the values of secrets masked wherever this process writes text: known from its environment and the agents'.
import type { Config } from "../config/schema.ts";
import { useSecretValues } from "../core/redact.ts";
import { secretValuesIn } from "../core/redact_environment.ts";
import type { World } from "./world.ts";

/**
 * Called before anything of a round is written.
 *
 * @param config null outside a project, where only this process's own environment is known
 */
export function maskSecretValues(config: Pick<Config, "agent"> | null, world: Pick<World, "host">): void {
  const agents = config === null ? [] : [config.agent, ...config.agent.fallbacks];
  const environments = [world.host.environment(), ...agents.map(({ env }) => env)];
  useSecretValues(environments.flatMap((environment) => secretValuesIn(environment)));
}
