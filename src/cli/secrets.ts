// Has the values of secrets masked wherever this process writes text: known from its environment, the agents' and the sinks.
import type { Config } from "../config/schema.ts";
import { useSecretValues } from "../core/redact.ts";
import { isWorthMasking, secretValuesIn } from "../core/redact_environment.ts";
import type { World } from "./world.ts";

type Telling = Pick<Config, "agent" | "notify">;

/** A shorter part of an address is a word, and no secret. */
const shortestSecretPart = 16;

/**
 * Called before anything of a round is written.
 *
 * @param config null outside a project, where only this process's own environment is known
 */
export function maskSecretValues(config: Telling | null, world: Pick<World, "host">): void {
  maskSecretsOfAll(config === null ? [] : [config], world);
}

/** The same for a process that shows several projects: none of them may tell what another one keeps. */
export function maskSecretsOfAll(configs: readonly Telling[], world: Pick<World, "host">): void {
  const ofAgents = configs.flatMap(({ agent }) => [agent.env, ...agent.fallbacks.map(({ env }) => env)]);
  const environments = [world.host.environment(), ...ofAgents];
  const ofSinks = configs.flatMap((config) => secretsOfSinks(config, world));
  useSecretValues([...environments.flatMap((environment) => secretValuesIn(environment)), ...ofSinks]);
}

/** The variables that sinks name, whatever they are called, and what in an address lets one write there. */
function secretsOfSinks({ notify }: Telling, { host }: Pick<World, "host">): readonly string[] {
  return Object.values(notify).flatMap(({ url, urlEnv, tokenEnv }) => {
    const valueOf = (name: string | null) => name === null ? "" : host.environment()[name]?.trim() ?? "";
    const parts = [url ?? "", valueOf(urlEnv)].flatMap((text) => URL.parse(text)?.pathname.split("/") ?? []);
    return [valueOf(tokenEnv), ...parts.filter((part) => part.length >= shortestSecretPart)].filter(isWorthMasking);
  });
}
