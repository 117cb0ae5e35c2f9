// Makes answers: every one with the headers that keep a browser from doing more with it than showing it.

/** An answer before it has its headers. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  /** Of the text; plain text when absent. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ask for the token with a form. */
  readonly door?: boolean;
}

const always: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Headers as they are given to an answer. */
export function joinHeaders(...lists: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...lists);
}

/** What a page with a script and a style of ours may do, and nothing else. */
export function pagePolicy(nonce: string): Readonly<Record<string, string>> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
      "connect-src 'self'",
      "img-src data:",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
  };
}

/** 128 bits that nobody can guess, for one answer. */
export function freshNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}

/** The answer as it is sent; to HEAD without its text. */
export function respond(request: Request, { status, text, type, headers }: Reply): Response {
  const hasText = text.length > 0;
  const own = hasText ? { "content-type": type ?? "text/plain; charset=utf-8" } : {};
  const all = joinHeaders(always, own, headers ?? {});
  if (request.method !== "HEAD") return new Response(hasText ? text : null, { status, headers: all });
  const length = String(new TextEncoder().encode(text).length);
  return new Response(null, { status, headers: joinHeaders(all, { "content-length": length }) });
}

/** An answer that goes on, for as long as both sides want. */
export function respondStream(body: ReadableStream<Uint8Array>): Response {
  const own = { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" };
  return new Response(body, { status: 200, headers: joinHeaders(always, own) });
}

export function json(value: unknown): Pick<Reply, "text" | "type"> {
  return { text: `${JSON.stringify(value)}\n`, type: "application/json; charset=utf-8" };
}
