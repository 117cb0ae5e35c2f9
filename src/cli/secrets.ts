// Has the values of secrets masked wherever this process writes text: known from its environment and the agents'.
import type { Config } from "../config/schema.ts";
import { useSecretValues } from "../core/redact.ts";
import { secretValuesIn } from "../core/redact_environment.ts";
import type { World } from "./world.ts";

/** Called once the configuration is known, before anything of a round is written. */
export function maskSecretValues(config: Pick<Config, "agent">, world: Pick<World, "host">): void {
  const { agent } = config;
  const environments = [world.host.environment(), agent.env, ...agent.fallbacks.map(({ env }) => env)];
  useSecretValues(environments.flatMap((environment) => secretValuesIn(environment)));
}
