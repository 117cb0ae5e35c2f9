// Writes the registries: a compiled binary cannot list a folder of modules, so the imports stand in a file.
import type { Agent } from "../../src/core/agent.ts";
import type { Defense } from "../../src/core/defense.ts";
import type { Verb } from "../../src/cli/verb.ts";
import type { Detector } from "../../src/monitor/detector.ts";
import type { PlugIn } from "./plug_ins.ts";

const notice = "Written by `deno task gen`.";

/** Text of `src/cli/registry.ts`; each verb is loaded only when it is run. */
export function verbRegistry(verbs: readonly PlugIn<Verb>[]): string {
  const rows = verbs.map(({ path, value }) =>
    `{ name: ${quote(value.name)}, summary: ${quote(value.summary)}, load: () => import(${below(path, "src/cli/")}) },`
  );
  return `// Lists the verbs, so that the program loads only the one it runs. ${notice}

/** Every verb, sorted by name. */
export const verbs = [
${rows.join("\n")}
] as const;
`;
}

/** Text of `src/agents/registry.ts`; each reader is loaded only when a round of its CLI is read. */
export function agentRegistry(agents: readonly PlugIn<Agent>[]): string {
  const rows = agents.map(({ path, value }) =>
    `{ name: ${quote(value.name)}, binaries: ${JSON.stringify(value.binaries)},
       load: async () => (await import(${below(path, "src/agents/")})).default },`
  );
  return `// Lists the agent readers, so that the program loads only the one it needs. ${notice}
import type { Agent } from "../core/agent.ts";

/** How to find and load the reader of one agent CLI. */
export interface AgentEntry {
  readonly name: string;
  /** Basenames of the executables the reader is for. */
  readonly binaries: readonly string[];
  readonly load: () => Promise<Agent>;
}

/** Every reader, sorted by name. */
export const agents: readonly AgentEntry[] = [
${rows.join("\n")}
];
`;
}

/** Text of `src/defenses/registry.ts`: static imports, because `peek` shows all of them. */
export function defenseRegistry(defenses: readonly PlugIn<Defense<never>>[]): string {
  const named = defenses.map(({ path }) => ({ path, name: importName(path) }));
  const imports = named.map(({ path, name }) => `import ${name} from ${below(path, "src/defenses/")};`).sort();
  return `// Lists the defenses in the order they are shown. ${notice}
${imports.join("\n")}

/** Every defense; the ones of the predecessor come first, in its order. */
export const defenses = [${named.map(({ name }) => name).join(", ")}] as const;
`;
}

/** Text of `src/monitor/registry.ts`: static imports, because every look asks all of them. */
export function detectorRegistry(detectors: readonly PlugIn<Detector>[]): string {
  const named = detectors.map(({ path }) => ({ path, name: importName(path) }));
  const imports = named.map(({ path, name }) => `import ${name} from ${below(path, "src/monitor/")};`).sort();
  return `// Lists the detectors in the order they are asked in. ${notice}
import type { Detector } from "./detector.ts";
${imports.join("\n")}

/** Every detector; the ones of the predecessor come first, in its order. */
export const detectors: readonly Detector[] = [${named.map(({ name }) => name).join(", ")}];
`;
}

/** Text of `src/monitor/names.ts`: what only names the detectors need not load them. */
export function detectorNames(detectors: readonly PlugIn<Detector>[]): string {
  return `// Names the detectors in the order they are asked in. ${notice}

export const knownDetectors: readonly string[] = ${JSON.stringify(detectors.map(({ value }) => value.name))};
`;
}

/** `src/defenses/idle_wall.ts` -> `idleWall`. */
function importName(path: string): string {
  const base = path.slice(path.lastIndexOf("/") + 1, -".ts".length);
  return base.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function below(path: string, folder: string): string {
  return quote(`./${path.slice(folder.length)}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
