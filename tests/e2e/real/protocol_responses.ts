// OpenAI's Responses, as Codex speaks it.
import { type Asked, halves, type Json, listOf, mockTokens, objectOf, type Protocol, type Saying } from "./protocol.ts";
import type { Refused, SentEvent, Tool } from "./protocol.ts";

function output({ number }: Asked, saying: Saying): Json {
  if ("text" in saying) {
    const content = [{ type: "output_text", text: saying.text, annotations: [] }];
    return { id: `msg_${number}`, type: "message", status: "completed", role: "assistant", content };
  }
  return {
    id: `fc_${number}`,
    type: "function_call",
    status: "completed",
    call_id: `call_${number}`,
    name: saying.tool,
    arguments: JSON.stringify(saying.input),
  };
}

function response({ body, number }: Asked, items: readonly Json[] | null): Json {
  return {
    id: `resp_${number}`,
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    status: items === null ? "in_progress" : "completed",
    model: body.model ?? "mock",
    output: items ?? [],
    error: null,
    incomplete_details: null,
    usage: items === null ? null : {
      input_tokens: mockTokens.input,
      input_tokens_details: { cached_tokens: mockTokens.cacheRead },
      output_tokens: mockTokens.output,
      output_tokens_details: { reasoning_tokens: mockTokens.reasoning },
      total_tokens: mockTokens.input + mockTokens.output,
    },
  };
}

function stream(asked: Asked, saying: Saying): readonly SentEvent[] {
  const item = output(asked, saying);
  const begun = "text" in saying ? { ...item, content: [] } : { ...item, arguments: "" };
  const at = { item_id: item.id, output_index: 0 };
  const middle = "text" in saying
    ? [
      {
        type: "response.content_part.added",
        ...at,
        content_index: 0,
        part: { type: "output_text", text: "", annotations: [] },
      },
      ...halves(saying.text).map((delta) => ({ type: "response.output_text.delta", ...at, content_index: 0, delta })),
      { type: "response.output_text.done", ...at, content_index: 0, text: saying.text },
    ]
    : [
      ...halves(`${item.arguments}`).map((delta) => ({
        type: "response.function_call_arguments.delta",
        ...at,
        delta,
      })),
      { type: "response.function_call_arguments.done", ...at, arguments: item.arguments },
    ];
  return [
    { type: "response.created", response: response(asked, null) },
    { type: "response.output_item.added", output_index: 0, item: { ...begun, status: "in_progress" } },
    ...middle,
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: response(asked, [item]) },
  ].map((data, index) => ({ name: data.type, data: { ...data, sequence_number: index } }));
}

function tools(body: Json): readonly Tool[] {
  // Some tools come in groups.
  return listOf(body.tools).flatMap((tool) => tool.type === "namespace" ? listOf(tool.tools) : [tool])
    .filter(({ type }) => type === undefined || type === "function")
    .map((tool) => ({ name: `${tool.name}`, schema: objectOf(tool.parameters) }));
}

function failure(
  status: number,
  type: string,
  error: { readonly code: string | null; readonly text: string },
): Refused {
  return { status, body: { error: { message: error.text, type, param: null, code: error.code } } };
}

export const responses: Protocol = {
  isForModel: (path) => path.endsWith("/responses"),
  isStreamed: ({ body }) => body.stream === true,
  tools,
  stream,
  whole: (asked, saying) => response(asked, [output(asked, saying)]),
  refused: (reason) =>
    reason === "credentials"
      ? failure(401, "invalid_request_error", { code: "invalid_api_key", text: "Incorrect API key provided: sk-fake." })
      : failure(503, "server_error", { code: "server_overloaded", text: "The server is overloaded or not ready yet." }),
  // The allowance of a plan, as the service behind a ChatGPT login answers.
  limited: ({ resetsAt, retryAfterSeconds }) => ({
    status: 429,
    body: {
      error: {
        type: "usage_limit_reached",
        message: "The usage limit has been reached",
        plan_type: "plus",
        resets_at: resetsAt,
        resets_in_seconds: retryAfterSeconds,
      },
    },
    headers: {
      "x-codex-primary-used-percent": "100.0",
      "x-codex-primary-window-minutes": "300",
      "x-codex-primary-reset-at": `${resetsAt}`,
    },
  }),
};
