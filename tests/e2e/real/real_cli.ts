// What the tests must know of an agent CLI: how to get it, to start it against a mock, and what it can show.
import type { NpmProgram } from "./npm_install.ts";
import type { Protocol } from "./protocol.ts";
import type { LimitSpec } from "./script.ts";

/** Where one run of the CLI finds its things. */
export interface Place {
  /** Home folder of this run alone. */
  readonly home: string;
  /** The mock. */
  readonly url: string;
}

/** Tokens of one request, in the fields of `agent_usage_recorded`. */
export interface TokensPerRequest {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly cached_tokens: number;
  readonly cache_creation_tokens: number;
}

/** One CLI. */
export interface RealCli {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly program: NpmProgram;
  readonly protocol: Protocol;
  /** The unattended command line, as in the preset. */
  command(binary: string): readonly string[];
  /** Further keys of `[agent]`, as in the preset. */
  readonly agent: Readonly<Record<string, unknown>>;
  /** What it needs in its environment to talk to the mock and to nobody else. */
  environment(place: Place): Readonly<Record<string, string>>;
  /** Settings files: path from the home folder to content. */
  settings(place: Place): Readonly<Record<string, string>>;
  /** Environment of the scenarios with a used-up allowance, over the other. */
  readonly limitEnvironment?: Readonly<Record<string, string>>;
  /** As it names it in its output, or as the command line does. */
  readonly model: string;
  readonly tokens: TokensPerRequest;
  /** It reports what a round cost. */
  readonly tellsCost: boolean;
  /** A limit that makes it give up, so that the supervisor waits. */
  readonly limit: LimitSpec;
  /** What it makes of that limit. */
  readonly limitShows: LimitShown;
  /** How a refused login ends: by the supervisor where the CLI would try again and again. */
  readonly onRefusedLogin: "ended_early" | "gives_up";
}

/** `reset`: the verdict has the very time; `retry_after`: it has the provider's seconds. */
export type LimitShown = "reset" | "retry_after";

/** Settings as JSON. */
export function json(settings: unknown): string {
  return `${JSON.stringify(settings, null, 2)}\n`;
}
