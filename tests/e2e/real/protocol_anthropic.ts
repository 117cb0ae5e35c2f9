// Anthropic's Messages, as Claude Code speaks it.
import { type Asked, halves, type Json, listOf, mockTokens, objectOf, type Protocol, type Saying } from "./protocol.ts";
import type { Refused, SentEvent } from "./protocol.ts";
import type { Limit } from "./script.ts";

function message({ body, number }: Asked, saying: Saying): Json {
  const id = String(number).padStart(6, "0");
  const content = "text" in saying
    ? { type: "text", text: saying.text }
    : { type: "tool_use", id: `toolu_${id}`, name: saying.tool, input: saying.input };
  return {
    id: `msg_${id}`,
    type: "message",
    role: "assistant",
    model: body.model ?? "mock",
    content: [content],
    stop_reason: "text" in saying ? "end_turn" : "tool_use",
    stop_sequence: null,
    usage: {
      input_tokens: mockTokens.input,
      cache_creation_input_tokens: mockTokens.cacheWrite,
      cache_read_input_tokens: mockTokens.cacheRead,
      output_tokens: mockTokens.output,
    },
  };
}

function stream(asked: Asked, saying: Saying): readonly SentEvent[] {
  const whole = message(asked, saying);
  const usage = objectOf(whole.usage);
  const [block] = listOf(whole.content);
  const empty = "text" in saying ? { text: "" } : { input: {} };
  const deltas = "text" in saying
    ? halves(saying.text).map((text) => ({ type: "text_delta", text }))
    : halves(JSON.stringify(saying.input)).map((piece) => ({ type: "input_json_delta", partial_json: piece }));
  const start = { ...whole, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  return [
    { type: "message_start", message: start },
    { type: "content_block_start", index: 0, content_block: { ...block, ...empty } },
    { type: "ping" },
    ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: whole.stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    },
    { type: "message_stop" },
  ].map((data) => ({ name: data.type, data }));
}

function failure(status: number, type: string, text: string): Refused {
  return { status, body: { type: "error", error: { type, message: text }, request_id: "req_mock" } };
}

/** The five-hour window of a subscription is used up, the week's is not. */
function limited({ resetsAt, retryAfterSeconds }: Limit): Refused {
  const prefix = "anthropic-ratelimit-unified";
  return {
    ...failure(429, "rate_limit_error", "This request would exceed your account's rate limit."),
    headers: {
      "retry-after": `${retryAfterSeconds}`,
      "x-should-retry": "true",
      [`${prefix}-status`]: "rejected",
      [`${prefix}-reset`]: `${resetsAt}`,
      [`${prefix}-representative-claim`]: "five_hour",
      [`${prefix}-5h-status`]: "rejected",
      [`${prefix}-5h-reset`]: `${resetsAt}`,
      [`${prefix}-5h-utilization`]: "1.0",
      [`${prefix}-7d-status`]: "allowed",
      [`${prefix}-7d-reset`]: `${resetsAt + 250_000}`,
      [`${prefix}-7d-utilization`]: "0.6",
      [`${prefix}-overage-status`]: "rejected",
      [`${prefix}-overage-disabled-reason`]: "org_level_disabled",
    },
  };
}

export const anthropic: Protocol = {
  isForModel: (path) => path.endsWith("/messages"),
  isStreamed: ({ body }) => body.stream === true,
  tools: ({ tools }) => listOf(tools).map((tool) => ({ name: `${tool.name}`, schema: objectOf(tool.input_schema) })),
  stream,
  whole: message,
  refused: (reason) =>
    reason === "credentials"
      ? failure(401, "authentication_error", "invalid x-api-key")
      : failure(529, "overloaded_error", "Overloaded"),
  limited,
};
