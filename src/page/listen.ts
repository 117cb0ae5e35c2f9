// Puts the page on the addresses of this machine: both families under one port, and never further than was asked for.
import { isHttpFault } from "../ports/http.ts";
import type { Http, HttpFault, HttpServer } from "../ports/http.ts";

const attempts = 5;

/** The addresses that `--listen` knows; the program can listen on no other. */
export const listenAddresses = ["127.0.0.1", "::1", "0.0.0.0", "::"] as const;
export type ListenAddress = typeof listenAddresses[number];

/** Of this machine alone. */
export function isLoopback(address: ListenAddress): boolean {
  return address === "127.0.0.1" || address === "::1";
}

/** A page that is served. */
export interface Listening {
  readonly port: number;
  /** As a browser is told it. */
  readonly urls: readonly string[];
  close(): Promise<void>;
}

/**
 * Listens on one address, or on both of loopback; where one of the two does not exist, the other one has to do. With
 * port 0 both get the same free one.
 */
export function listenAt(
  http: Http,
  place: { readonly address: ListenAddress | null; readonly port: number },
  answer: (request: Request) => Promise<Response>,
): Listening | HttpFault {
  if (place.address !== null) {
    const server = http.serve({ address: place.address, port: place.port }, answer);
    return isHttpFault(server) ? server : listening([{ address: place.address, server }]);
  }
  let fault: HttpFault | null = null;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const first = http.serve({ address: "127.0.0.1", port: place.port }, answer);
    if (isHttpFault(first) && first.kind !== "absent") return first;
    const port = isHttpFault(first) ? place.port : first.port;
    const second = http.serve({ address: "::1", port }, answer);
    if (!isHttpFault(second)) {
      const both = [...isHttpFault(first) ? [] : [{ address: "127.0.0.1" as const, server: first }]];
      return listening([...both, { address: "::1", server: second }]);
    }
    if (isHttpFault(first)) return first;
    if (second.kind === "absent" || second.kind === "other") {
      return listening([{ address: "127.0.0.1", server: first }]);
    }
    void first.close();
    fault = second;
    // A free port of one family can be taken in the other; a port that was asked for stays what it is.
    if (place.port !== 0) break;
  }
  return fault!;
}

function listening(
  servers: readonly { readonly address: ListenAddress; readonly server: HttpServer }[],
): Listening {
  const urls = servers.map(({ address, server: { port } }) =>
    `http://${address.includes(":") ? `[${address}]` : address}:${port}/`
  );
  return {
    port: servers[0]!.server.port,
    urls,
    close: async () => void await Promise.all(servers.map(({ server }) => server.close())),
  };
}
