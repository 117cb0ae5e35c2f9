// Loads the one-per-file plug-ins (verbs, agents, defenses, detectors) while generating, and names the file that is not one.
import type { Agent } from "../../src/core/agent.ts";
import type { Defense } from "../../src/core/defense.ts";
import type { Verb } from "../../src/cli/verb.ts";
import type { Detector } from "../../src/monitor/detector.ts";
import { filesBelow, readText, root } from "../tree.ts";

/** A plug-in with the file it stands in, relative to the root. */
export interface PlugIn<T> {
  readonly path: string;
  readonly value: T;
}

/** The verbs, sorted by name. */
export async function loadVerbs(): Promise<readonly PlugIn<Verb>[]> {
  const found = await loadFolder<Verb>("src/cli/verbs", ["name", "summary", "flags", "needs", "run"]);
  return found.toSorted((a, b) => compareText(a.value.name, b.value.name));
}

/** The agent readers, sorted by name; a file without a default export is part of a reader, not one. */
export async function loadAgents(): Promise<readonly PlugIn<Agent>[]> {
  const found = await loadFolder<Agent>("src/agents", ["name", "binaries", "createReader"], { isLoose: true });
  return found.toSorted((a, b) => compareText(a.value.name, b.value.name));
}

/** The defenses, in the order they are listed in. */
export async function loadDefenses(): Promise<readonly PlugIn<Defense<never>>[]> {
  const fields = ["name", "order", "protectsFrom", "incident", "guardedBy", "describe"];
  const found = await loadFolder<Defense<never>>("src/defenses", fields, { isLoose: true });
  return found.toSorted((a, b) => a.value.order - b.value.order);
}

/** The detectors, in the order they are asked in. */
export async function loadDetectors(): Promise<readonly PlugIn<Detector>[]> {
  const fields = ["name", "order", "severity", "mayStop", "firesWhen", "defaults", "optionsOf", "relaxed", "detect"];
  const found = await loadFolder<Detector>("src/monitor/detectors", fields);
  return found.toSorted((a, b) => a.value.order - b.value.order);
}

async function loadFolder<T>(
  folder: string,
  fields: readonly string[],
  { isLoose = false }: { readonly isLoose?: boolean } = {},
): Promise<readonly PlugIn<T>[]> {
  const found: PlugIn<T>[] = [];
  for (const path of filesBelow(folder, ".ts")) {
    if (path === `${folder}/registry.ts`) continue;
    // Asked of the text: importing a part of a reader could need the very registry that is being made.
    if (isLoose && !/^export default /m.test(readText(path) ?? "")) continue;
    const module: { readonly default?: unknown } = await import(`file://${root}/${path}`);
    const missing = missingFields(module.default, fields);
    if (missing.length > 0) throw new Error(`the default export of '${path}' lacks ${missing.join(", ")}`);
    found.push({ path, value: module.default as T });
  }
  return found;
}

/** Names of the fields that a plug-in should have and has not; all of them when it is no object. */
export function missingFields(value: unknown, fields: readonly string[]): readonly string[] {
  if (typeof value !== "object" || value === null) return fields;
  return fields.filter((field) => !(field in value));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
