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
  { name: "aider", binaries: ["aider"], load: async () => (await import("./aider.ts")).default },
  { name: "amp", binaries: ["amp"], load: async () => (await import("./amp.ts")).default },
  { name: "claude", binaries: ["claude", "claude-code"], load: async () => (await import("./claude.ts")).default },
  { name: "codewhale", binaries: ["codewhale", "codew"], load: async () => (await import("./codewhale.ts")).default },
  { name: "codex", binaries: ["codex"], load: async () => (await import("./codex.ts")).default },
  { name: "copilot", binaries: ["copilot"], load: async () => (await import("./copilot.ts")).default },
  { name: "cursor", binaries: ["cursor-agent"], load: async () => (await import("./cursor.ts")).default },
  { name: "gemini", binaries: ["gemini"], load: async () => (await import("./gemini.ts")).default },
  { name: "kimi", binaries: ["kimi"], load: async () => (await import("./kimi.ts")).default },
  { name: "opencode", binaries: ["opencode"], load: async () => (await import("./opencode.ts")).default },
  { name: "pi", binaries: ["pi"], load: async () => (await import("./pi.ts")).default },
  { name: "plain", binaries: [], load: async () => (await import("./plain.ts")).default },
  { name: "qwen", binaries: ["qwen"], load: async () => (await import("./qwen.ts")).default },
];
