// A local stand-in for the Anthropic Messages API: a real agent CLI talks to it and is told what to do next.

/** What the model answers to one request of a conversation. */
export type Step =
  | { readonly kind: "tool"; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly kind: "text"; readonly text: string };

/** One request as it came in. */
export interface SeenRequest {
  readonly path: string;
  readonly model: string | null;
  /** Conversation it belongs to, from 1; 0 for side requests such as the one for a title. */
  readonly conversation: number;
  readonly hasTools: boolean;
  readonly prompt: string;
}

/** Tokens of every answer of the mock. */
export const mockUsage = { input: 1200, cacheWrite: 200, cacheRead: 300, output: 45 } as const;

type Json = Readonly<Record<string, unknown>>;

/** Listens on a free port of the loopback interface until `stop`. */
export class MockAnthropic {
  readonly #steps: (conversation: number) => readonly Step[];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly requests: SeenRequest[] = [];
  #conversations = 0;
  #messages = 0;

  /** @param steps the answers of each conversation, in order; the last one is repeated. */
  constructor(steps: (conversation: number) => readonly Step[]) {
    this.#steps = steps;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await bodyOf(request);
    if (pathname.endsWith("/count_tokens")) return Response.json({ input_tokens: mockUsage.input });
    if (request.method !== "POST" || !pathname.endsWith("/messages")) {
      return request.method === "HEAD"
        ? new Response(null)
        : Response.json({ type: "error", error: { type: "not_found_error", message: "not found" } }, { status: 404 });
    }
    const tools = Array.isArray(body.tools) && body.tools.length > 0;
    const results = tools ? count(body.messages, '"tool_result"') : 0;
    if (tools && results === 0) this.#conversations++;
    this.requests.push({
      path: pathname,
      model: typeof body.model === "string" ? body.model : null,
      conversation: tools ? this.#conversations : 0,
      hasTools: tools,
      prompt: JSON.stringify(body.messages ?? []),
    });
    const steps = this.#steps(this.#conversations);
    const step: Step = tools ? steps[Math.min(results, steps.length - 1)]! : { kind: "text", text: "A title" };
    const message = this.#message(body, step);
    return body.stream === true ? streamOf(message, step) : Response.json(message);
  }

  #message(body: Json, step: Step): Json {
    const id = `msg_${String(++this.#messages).padStart(6, "0")}`;
    const content = step.kind === "text" ? { type: "text", text: step.text } : {
      type: "tool_use",
      id: `toolu_${String(this.#messages).padStart(6, "0")}`,
      name: step.name,
      input: step.input,
    };
    return {
      id,
      type: "message",
      role: "assistant",
      model: body.model ?? "mock",
      content: [content],
      stop_reason: step.kind === "text" ? "end_turn" : "tool_use",
      stop_sequence: null,
      usage: {
        input_tokens: mockUsage.input,
        cache_creation_input_tokens: mockUsage.cacheWrite,
        cache_read_input_tokens: mockUsage.cacheRead,
        output_tokens: mockUsage.output,
      },
    };
  }
}

async function bodyOf(request: Request): Promise<Json> {
  try {
    const parsed = await request.json();
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function count(value: unknown, text: string): number {
  return JSON.stringify(value ?? null).split(text).length - 1;
}

/** The answer as server-sent events, the text or the tool's input in two pieces. */
function streamOf(message: Json, step: Step): Response {
  const [block] = message.content as readonly Json[];
  const usage = message.usage as Json;
  const whole = step.kind === "text" ? step.text : JSON.stringify(step.input);
  const half = Math.ceil(whole.length / 2);
  const delta = (piece: string) =>
    step.kind === "text" ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
  const start = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  const events: readonly (Json & { readonly type: string })[] = [
    { type: "message_start", message: start },
    {
      type: "content_block_start",
      index: 0,
      content_block: { ...block, ...step.kind === "text" ? { text: "" } : { input: {} } },
    },
    { type: "ping" },
    { type: "content_block_delta", index: 0, delta: delta(whole.slice(0, half)) },
    { type: "content_block_delta", index: 0, delta: delta(whole.slice(half)) },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: message.stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    },
    { type: "message_stop" },
  ];
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const stream = ReadableStream.from(text).pipeThrough(new TextEncoderStream());
  return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } });
}
