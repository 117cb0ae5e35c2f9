// Lists the agent readers, so that the program loads only the one it needs. Written by `deno task gen`.
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
  { name: "claude", binaries: ["claude", "claude-code"], load: async () => (await import("./claude.ts")).default },
  { name: "plain", binaries: [], load: async () => (await import("./plain.ts")).default },
];
