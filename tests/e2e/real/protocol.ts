// What the mock of a provider must know of its protocol, and what all of them share.
import type { Limit, Refusal } from "./script.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Tokens of every answer, in the words of people; each protocol counts them its own way. */
export const mockTokens = { input: 1200, cacheWrite: 200, cacheRead: 300, output: 45, reasoning: 7 } as const;

/** A request as the protocol needs it. */
export interface Asked {
  readonly path: string;
  readonly body: Json;
  /** Counts all requests from 1, for ids. */
  readonly number: number;
}

/** What the model says: a text, or a call of a tool of the agent. */
export type Saying =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Json };

/** A refusal as the provider sends it. */
export interface Refused {
  readonly status: number;
  readonly body: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One tool that the agent offers to the model. */
export interface Tool {
  readonly name: string;
  /** JSON Schema of its input. */
  readonly schema: Json;
}

/** One provider's protocol. */
export interface Protocol {
  /** Whether this path asks the model for an answer. */
  isForModel(path: string): boolean;
  isStreamed(asked: Asked): boolean;
  tools(body: Json): readonly Tool[];
  /** The answer as the data of server-sent events. */
  stream(asked: Asked, saying: Saying): readonly SentEvent[];
  /** The answer in one piece. */
  whole(asked: Asked, saying: Saying): Json;
  refused(reason: Refusal): Refused;
  limited(limit: Limit): Refused;
}

/** One server-sent event; without a name, only its data is sent. */
export interface SentEvent {
  readonly name?: string;
  readonly data: Json | "[DONE]";
}

const shellNames = ["Bash", "bash", "exec_command", "shell_command", "shell", "run_shell_command"];

/** The agent's shell tool called with a command, as its schema wants it; null when the agent offers none. */
export function shellCall(tools: readonly Tool[], command: string): Saying | null {
  const tool = tools.find(({ name }) => shellNames.includes(name));
  if (tool === undefined) return null;
  const properties = objectOf(tool.schema.properties);
  const required = Array.isArray(tool.schema.required) ? tool.schema.required : [];
  const key = "cmd" in properties ? "cmd" : "command";
  const isList = objectOf(properties[key]).type === "array";
  const input: Record<string, unknown> = { [key]: isList ? ["bash", "-c", command] : command };
  if (required.includes("description")) input.description = "Do what was asked";
  return { tool: tool.name, input };
}

export function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Json : {};
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

/** A text in two pieces, as a stream would bring it. */
export function halves(text: string): readonly string[] {
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)].filter((piece) => piece !== "");
}

/** Tokens of one answer where cached ones are part of the input and reasoning is part of the output. */
export const tokensApart = {
  input_tokens: mockTokens.input - mockTokens.cacheRead,
  output_tokens: mockTokens.output - mockTokens.reasoning,
  reasoning_tokens: mockTokens.reasoning,
  cached_tokens: mockTokens.cacheRead,
  cache_creation_tokens: 0,
} as const;
