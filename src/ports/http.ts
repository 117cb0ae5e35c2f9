// HTTP as a server: an address of this machine, and a function from questions to answers.

/** Where to listen. */
export interface HttpPlace {
  /** A literal address, e.g. `127.0.0.1` or `::1`. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** A server at work. */
export interface HttpServer {
  /** The one it got. */
  readonly port: number;
  /** Takes no further question and ends those that are open. */
  close(): Promise<void>;
}

/** `taken`: something else listens there. `denied`: this program may not. `absent`: this machine has no such address. */
export interface HttpFault {
  readonly kind: "taken" | "denied" | "absent" | "other";
  /** As the system says it. */
  readonly reason: string;
}

export interface Http {
  /** @param answer never rejects */
  serve(place: HttpPlace, answer: (request: Request) => Promise<Response>): HttpServer | HttpFault;
}

/** Whether it is why there is no server, and not one. */
export function isHttpFault(outcome: object): outcome is HttpFault {
  return "kind" in outcome;
}
