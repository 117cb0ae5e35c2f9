// HTTP without a network: a test asks the function that answers, and says which addresses are taken.
import type { Http, HttpFault, HttpPlace, HttpServer } from "../../src/ports/http.ts";

/** Servers by `address:port`. */
export class FakeHttp implements Http {
  readonly servers = new Map<string, (request: Request) => Promise<Response>>();
  /** What listening at an address, or at `address:port`, comes to. */
  readonly faults = new Map<string, HttpFault["kind"]>();
  #nextPort = 40_000;

  serve({ address, port: asked }: HttpPlace, answer: (request: Request) => Promise<Response>): HttpServer | HttpFault {
    const port = asked === 0 ? this.#nextPort++ : asked;
    const key = `${address}:${port}`;
    const kind = this.faults.get(key) ?? this.faults.get(address) ?? (this.servers.has(key) ? "taken" : undefined);
    if (kind !== undefined) return { kind, reason: `a test says so of ${key}` };
    this.servers.set(key, answer);
    return {
      port,
      close: () => {
        this.servers.delete(key);
        return Promise.resolve();
      },
    };
  }
}
