// A web server of the tests that takes notices, and refuses, hangs or goes away when it is told to.

import { serveLasting } from "../fakes/lasting_port.ts";

/** One POST as it came. */
export interface Got {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answer = (got: Got) => Response | Promise<Response>;

/** On loopback; may be closed and opened again under the same port. */
export class NoticeServer implements AsyncDisposable {
  readonly got: Got[] = [];
  answer: Answer = () => new Response("ok");
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  #port = 0;

  constructor() {
    this.open();
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  open(): void {
    this.#server = serveLasting(this.#port, async (request) => {
      const got = { path: new URL(request.url).pathname, headers: request.headers, body: await request.text() };
      const answer = await this.answer(got);
      if (answer.status < 300) this.got.push(got);
      return answer;
    });
    this.#port = this.#server.addr.port;
  }

  /** From now on nothing listens there. */
  async close(): Promise<void> {
    await this.#server?.shutdown();
    this.#server = null;
  }

  /** Of what was taken, the field of each body. */
  fields(name: string): readonly unknown[] {
    return this.got.map(({ body }) => JSON.parse(body)[name]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
