// Renders what each agent's reader declares, with the versions whose recordings prove it.
import type { Agent } from "../../src/core/agent.ts";
import { filesBelow } from "../tree.ts";
import { table } from "./markdown.ts";
import { loadAgents } from "./plug_ins.ts";

/** Region `agents-table`: what is known of a round of each agent. */
export async function agentsTable(): Promise<string> {
  const agents = (await loadAgents()).map(({ value }) => value).filter(({ name }) => name !== "plain");
  const rows = agents.map((agent) => [
    agent.title,
    agent.capabilities.basis === "verified" ? "by its own words" : "by its documentation",
    tokensOf(agent),
    costOf(agent),
    limitsOf(agent),
    agent.resuming === null ? "no" : "yes",
    versionsOf(agent.name).join(", ") || "none",
  ]);
  return table(["Agent", "Verdict", "Tokens", "Cost", "End of a limit", "Resumes", "Recorded versions"], rows);
}

function tokensOf({ capabilities }: Agent): string {
  switch (capabilities.tokens) {
    case "round":
      return "yes";
    case "conversation":
      return "yes, by the difference";
    case "none":
      return "no";
    default:
      return capabilities.tokens satisfies never;
  }
}

function costOf({ capabilities }: Agent): string {
  switch (capabilities.cost) {
    case "reported":
      return "reported";
    case "estimated":
      return "estimated";
    case "none":
      return "unknown";
    default:
      return capabilities.cost satisfies never;
  }
}

function limitsOf({ capabilities }: Agent): string {
  switch (capabilities.limits) {
    case "field":
      return "from a field";
    case "text":
      return "from its error text";
    case "none":
      return "not told";
    default:
      return capabilities.limits satisfies never;
  }
}

/** Versions of which there are recordings in tests/golden. */
function versionsOf(name: string): readonly string[] {
  const folders = filesBelow("tests/golden", "expected.json").map((path) => path.split("/")[2] ?? "");
  const versions = folders.filter((folder) => folder.replace(/-\d.*$/, "") === name);
  return [...new Set(versions)].map((folder) => folder.slice(name.length + 1)).toSorted();
}
