// Reads from Claude Code's first records what the run had to start without, and which tools it was refused.
import { toolCallsKept } from "../core/agent.ts";
import { safeText } from "./cause.ts";
import { arrayOf, type JsonRecord, objectOf, textOf } from "./record.ts";
import { noteDenial, type StreamState } from "./stream_state.ts";

const degradedKept = 20;
const longestReason = 200;
const longestName = 100;
const brokenStates = new Set(["failed", "needs-auth"]);

/** What the `init` record says is missing: one line each, without repeating a server. */
export function degradedOf(init: JsonRecord): readonly string[] {
  const lines = new Map<string, string>();
  const note = (what: string, reason: string) => {
    if (lines.size < degradedKept && !lines.has(what)) lines.set(what, `${what}: ${safeText(reason, longestReason)}`);
  };
  for (const server of arrayOf(init.mcp_servers)) {
    const fields = objectOf(server);
    const status = textOf(fields?.status);
    if (status !== null && brokenStates.has(status)) note(`mcp server ${nameOf(fields)}`, status);
  }
  for (const { name, reason } of faultsIn(init.mcp_server_errors)) note(`mcp server ${name}`, reason);
  for (const { name, reason } of faultsIn(init.plugin_errors)) note(`plugin ${name}`, reason);
  return [...lines.values()];
}

/** Faults as a list of objects or texts, or as an object that maps names to them. */
function faultsIn(value: unknown): readonly { readonly name: string; readonly reason: string }[] {
  const map = objectOf(value);
  if (map) return Object.entries(map).map(([name, fault]) => ({ name: shortName(name), reason: reasonOf(fault) }));
  return arrayOf(value).map((fault) => ({ name: nameOf(objectOf(fault)), reason: reasonOf(fault) }));
}

function nameOf(fields: JsonRecord | null): string {
  return shortName(textOf(fields?.name) ?? textOf(fields?.server) ?? textOf(fields?.plugin) ?? "unknown");
}

function shortName(name: string): string {
  return safeText(name, longestName);
}

function reasonOf(fault: unknown): string {
  const fields = objectOf(fault);
  return textOf(fault) ?? textOf(fields?.error) ?? textOf(fields?.message) ?? textOf(fields?.type) ?? "failed";
}

/** Remembers a refused tool once, although it may be told as it happens and again in the result. */
export function noteRefusal(state: StreamState & { deniedCalls: readonly string[] }, denial: unknown): void {
  const fields = objectOf(denial);
  if (!fields) return;
  const call = textOf(fields.tool_use_id);
  if (call !== null && state.deniedCalls.includes(call)) return;
  if (call !== null) state.deniedCalls = [...state.deniedCalls, call].slice(-toolCallsKept);
  noteDenial(state, fields.tool_name);
}
