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
  maskSecretsOfAll(config === null ? [] : [config], world);
}

/** The same for a process that shows several projects: none of them may tell what another one keeps. */
export function maskSecretsOfAll(configs: readonly Pick<Config, "agent">[], world: Pick<World, "host">): void {
  const ofAgents = configs.flatMap(({ agent }) => [agent.env, ...agent.fallbacks.map(({ env }) => env)]);
  const environments = [world.host.environment(), ...ofAgents];
  useSecretValues(environments.flatMap((environment) => secretValuesIn(environment)));
}
