// A local stand-in for a provider: a real agent CLI talks to it and is told what to do next.
import { type Asked, type Json, objectOf, type Protocol, type Saying, shellCall } from "./protocol.ts";
import type { Script, Step } from "./script.ts";

/** One request for the model as it came in. */
export interface SeenRequest {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly path: string;
  /** What it got; `side` for requests on the side, such as the one for a title. */
  readonly step: Step["kind"] | "side";
  /** Its whole body, as text. */
  readonly text: string;
}

/** Listens on a free port of the loopback interface until `stop`. */
export class MockProvider {
  readonly requests: SeenRequest[] = [];
  readonly #protocol: Protocol;
  readonly #script: Script;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #over = Promise.withResolvers<void>();
  #count = 0;

  constructor(protocol: Protocol, script: Script) {
    this.#protocol = protocol;
    this.#script = script;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    this.#over.resolve();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname: path } = new URL(request.url);
    const text = await request.text();
    const asked: Asked = { path, body: bodyOf(text), number: ++this.#count };
    if (request.method === "HEAD") return new Response(null);
    if (/count_?tokens$/i.test(path)) return Response.json({ input_tokens: 1200, totalTokens: 1200 });
    if (request.method === "GET" && path.endsWith("/models")) {
      return Response.json({ object: "list", data: [], models: [] });
    }
    if (request.method !== "POST" || !this.#protocol.isForModel(path)) {
      return Response.json({ error: { message: "not found", type: "not_found_error" } }, { status: 404 });
    }
    const tools = this.#protocol.tools(asked.body);
    const step = tools.length > 0 ? this.#script.next() : null;
    this.requests.push({ at: Date.now(), path, step: step?.kind ?? "side", text });
    switch (step?.kind) {
      case undefined:
        return this.#aside(asked);
      case "text":
        return this.#say(asked, { text: step.text });
      case "shell":
        return this.#say(asked, shellCall(tools, step.command) ?? { text: "There is no shell tool." });
      case "refuse":
      case "limit":
        return this.#refuse(step);
      case "hang":
        await this.#over.promise;
        return new Response(null, { status: 500 });
      default:
        return step satisfies never;
    }
  }

  /** A provider that refuses refuses requests on the side, too. */
  #aside(asked: Asked): Response {
    const step = this.#script.peek();
    return step.kind === "refuse" || step.kind === "limit" ? this.#refuse(step) : this.#say(asked, { text: "A title" });
  }

  #refuse(step: Extract<Step, { readonly kind: "refuse" | "limit" }>): Response {
    const { status, body, headers = {} } = step.kind === "refuse"
      ? this.#protocol.refused(step.reason)
      : this.#protocol.limited(this.#script.limit(step.limit));
    return Response.json(body, { status, headers });
  }

  #say(asked: Asked, saying: Saying): Response {
    if (!this.#protocol.isStreamed(asked)) return Response.json(this.#protocol.whole(asked, saying));
    const texts = this.#protocol.stream(asked, saying).map(({ name, data }) => {
      const line = typeof data === "string" ? data : JSON.stringify(data);
      return `${name === undefined ? "" : `event: ${name}\n`}data: ${line}\n\n`;
    });
    const stream = ReadableStream.from(texts).pipeThrough(new TextEncoderStream());
    return new Response(stream, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } });
  }
}

function bodyOf(text: string): Json {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}
