// OpenAI's Chat Completions, as opencode and many compatible services speak it.
import { type Asked, halves, type Json, listOf, mockTokens, objectOf, type Protocol, type Saying } from "./protocol.ts";
import type { Refused, SentEvent } from "./protocol.ts";

const usage = {
  prompt_tokens: mockTokens.input,
  completion_tokens: mockTokens.output,
  total_tokens: mockTokens.input + mockTokens.output,
  prompt_tokens_details: { cached_tokens: mockTokens.cacheRead },
  completion_tokens_details: { reasoning_tokens: mockTokens.reasoning },
};

function envelope({ body, number }: Asked, object: string): Json {
  return { id: `chatcmpl-${number}`, object, created: Math.floor(Date.now() / 1000), model: body.model ?? "mock" };
}

function finishOf(saying: Saying): string {
  return "text" in saying ? "stop" : "tool_calls";
}

function whole(asked: Asked, saying: Saying): Json {
  const message = "text" in saying ? { role: "assistant", content: saying.text } : {
    role: "assistant",
    content: null,
    tool_calls: [{
      id: `call_${asked.number}`,
      type: "function",
      function: { name: saying.tool, arguments: JSON.stringify(saying.input) },
    }],
  };
  return {
    ...envelope(asked, "chat.completion"),
    choices: [{ index: 0, message, finish_reason: finishOf(saying) }],
    usage,
  };
}

function stream(asked: Asked, saying: Saying): readonly SentEvent[] {
  const chunk = (delta: Json, finish: string | null = null): SentEvent => ({
    data: { ...envelope(asked, "chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason: finish }] },
  });
  const deltas: readonly Json[] = "text" in saying ? halves(saying.text).map((content) => ({ content })) : [
    {
      tool_calls: [{
        index: 0,
        id: `call_${asked.number}`,
        type: "function",
        function: { name: saying.tool, arguments: "" },
      }],
    },
    ...halves(JSON.stringify(saying.input)).map((piece) => ({
      tool_calls: [{ index: 0, function: { arguments: piece } }],
    })),
  ];
  return [
    chunk({ role: "assistant", content: "" }),
    ...deltas.map((delta) => chunk(delta)),
    chunk({}, finishOf(saying)),
    { data: { ...envelope(asked, "chat.completion.chunk"), choices: [], usage } },
    { data: "[DONE]" },
  ];
}

function failure(status: number, type: string, error: { readonly code: string; readonly text: string }): Refused {
  return { status, body: { error: { message: error.text, type, param: null, code: error.code } } };
}

export const chat: Protocol = {
  isForModel: (path) => path.endsWith("/chat/completions"),
  isStreamed: ({ body }) => body.stream === true,
  tools: ({ tools }) =>
    listOf(tools).map((tool) => objectOf(tool.function))
      .map((tool) => ({ name: `${tool.name}`, schema: objectOf(tool.parameters) })),
  stream,
  whole,
  refused: (reason) =>
    reason === "credentials"
      ? failure(401, "invalid_request_error", { code: "invalid_api_key", text: "Incorrect API key provided: sk-fake." })
      : failure(503, "server_error", { code: "server_overloaded", text: "The server is overloaded or not ready yet." }),
  limited: ({ retryAfterSeconds }) => ({
    ...failure(429, "usage_limit_reached", { code: "usage_limit_reached", text: "The usage limit has been reached." }),
    headers: { "retry-after": `${retryAfterSeconds}` },
  }),
};
