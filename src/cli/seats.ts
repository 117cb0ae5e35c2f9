// Makes the agents of a configuration, and refuses two that would draw on one provider.
import { agentFor } from "../agents/detect.ts";
import type { AgentSettings, Config } from "../config/schema.ts";
import type { Problem } from "../core/config.ts";
import { baseName } from "../core/path.ts";
import type { Seat } from "../loop/seats.ts";

/** Programs that reach many providers: which one, their own configuration says. */
const manyProviders = new Set(["opencode", "pi", "aider", "codewhale", "plain"]);

/** The agents in their order, readers loaded. */
export async function seatsOf(config: Config): Promise<readonly Seat[]> {
  const seats: Seat[] = [];
  for (const settings of [config.agent, ...config.agent.fallbacks]) {
    const agent = await readerOf(settings).load();
    const wanted = settings.name ?? (agent.name === "plain" ? baseName(settings.command[0] ?? "agent") : agent.name);
    const count = seats.filter((seat) => seat.name === wanted || seat.name.startsWith(`${wanted} `)).length;
    seats.push({ name: count === 0 ? wanted : `${wanted} ${count + 1}`, settings, agent });
  }
  return seats;
}

/** What is wrong with the agents that stand in: a second account of one provider is none. */
export function seatProblems(config: Config): readonly Problem[] {
  const seen = [readerOf(config.agent).name];
  const problems: Problem[] = [];
  for (const [i, settings] of config.agent.fallbacks.entries()) {
    const { name } = readerOf(settings);
    if (seen.includes(name) && !manyProviders.has(name)) {
      problems.push({
        key: `agent.fallback.${i}.command`,
        line: null,
        found: `${name} a second time`,
        wanted: "an agent of another provider: the limits of one provider are not passed by with a second account",
        fix: "Name another agent, or remove this one",
      });
    }
    seen.push(name);
  }
  return problems;
}

function readerOf(settings: AgentSettings) {
  return agentFor(settings.command, settings.reader);
}
