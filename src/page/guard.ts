// Decides who may ask for anything, before anything is looked up: method, length, host, origin and token.
import { joinHeaders } from "./reply.ts";
import type { Reply } from "./reply.ts";

const longestAddress = 2048;
const shortestToken = 16;
const encoder = new TextEncoder();

/** Who is let in. */
export interface Door {
  /** Names under which the page may be asked for besides those of this machine; lower case. */
  readonly hosts: readonly string[];
  /** Null: whoever reaches it may look. */
  readonly token: string | null;
}

/** Names of this machine. */
const ownHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Addresses that say no more than that all is well: probes have no token. */
const withoutToken: readonly string[] = ["/livez", "/readyz", "/healthz", "/page.css"];

/** What is wrong with a token, or null. */
export function tokenFault(token: string): string | null {
  if (token.length < shortestToken) return `has fewer than ${shortestToken} characters`;
  return /^[\x21-\x7e]+$/.test(token) ? null : "holds more than letters, digits and signs";
}

/** Guards one page. */
export class Guard {
  readonly #hosts: ReadonlySet<string>;
  readonly #token: Uint8Array | null;
  readonly #ticket: string;
  readonly #cookie: string;

  /** @param options `ticket`, `cookie`: what a browser is given instead of the token, and under which name */
  private constructor(
    door: Door,
    options: { readonly token: Uint8Array | null; readonly ticket: string; readonly cookie: string },
  ) {
    this.#hosts = new Set([...ownHosts, ...door.hosts]);
    this.#token = options.token;
    this.#ticket = options.ticket;
    this.#cookie = options.cookie;
  }

  static async make(door: Door): Promise<Guard> {
    if (door.token === null) return new Guard(door, { token: null, ticket: "", cookie: "" });
    const token = await digest(door.token);
    const ticket = hex(await digest(`${crypto.randomUUID()} ${door.token}`));
    // Pages on other ports of the same host share its cookies: each has a name of its own.
    return new Guard(door, { token, ticket, cookie: `agent_runner_${ticket.slice(0, 8)}` });
  }

  /** The answer that turns it away, or null when it may go on. */
  async refuse(request: Request, address: URL): Promise<Reply | null> {
    const { method, headers } = request;
    if (method !== "GET" && method !== "HEAD") {
      return { status: 405, text: "Only GET and HEAD", headers: joinHeaders({ "allow": "GET, HEAD" }) };
    }
    if (request.url.length > longestAddress) return { status: 414, text: "The address is too long" };
    if (!this.#isOwnHost(headers.get("host") ?? "")) {
      return { status: 421, text: "This page is not served under that name (see --allow-host)" };
    }
    if (this.#isForeign(headers)) return { status: 403, text: "Asked for by a page from elsewhere" };
    if (this.#token === null || withoutToken.includes(address.pathname)) return null;
    return await this.#askForToken(headers, address);
  }

  /** Whatever name a browser was led here by, it is not the one of a stranger. */
  #isOwnHost(host: string): boolean {
    const found = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(host);
    return found !== null && this.#hosts.has(found[1]!.toLowerCase());
  }

  /** A page of another site may link to this one, but not read it or show it within itself. */
  #isForeign(headers: Headers): boolean {
    const origin = headers.get("origin");
    if (origin !== null && !this.#isOwnHost(origin.replace(/^https?:\/\//, ""))) return true;
    const site = headers.get("sec-fetch-site");
    const isElsewhere = site === "cross-site" || site === "same-site";
    return isElsewhere &&
      (headers.get("sec-fetch-mode") !== "navigate" || headers.get("sec-fetch-dest") !== "document");
  }

  async #askForToken(headers: Headers, address: URL): Promise<Reply | null> {
    const given = address.searchParams.get("token");
    if (given !== null && await this.#isToken(given)) {
      address.searchParams.delete("token");
      const cookie = `${this.#cookie}=${this.#ticket}; Path=/; HttpOnly; SameSite=Strict`;
      const location = `${address.pathname}${address.search}`.replace(/^\/+/, "/");
      return { status: 303, text: "", headers: joinHeaders({ location, "set-cookie": cookie }) };
    }
    const bearer = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (bearer !== undefined && await this.#isToken(bearer)) return null;
    if (this.#hasTicket(headers.get("cookie") ?? "")) return null;
    const wantsPage = address.pathname === "/";
    return { status: 401, door: wantsPage, text: "A token is needed", headers: { "www-authenticate": "Bearer" } };
  }

  async #isToken(given: string): Promise<boolean> {
    return areEqual(await digest(given), this.#token!);
  }

  #hasTicket(cookies: string): boolean {
    const prefix = `${this.#cookie}=`;
    const given = cookies.split("; ").find((cookie) => cookie.startsWith(prefix))?.slice(prefix.length) ?? "";
    return given.length === this.#ticket.length && areEqual(encoder.encode(given), encoder.encode(this.#ticket));
  }
}

/** Takes as long whatever is equal. */
function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0);
  return difference === 0;
}

/** Of one length, whatever the text's: how long a comparison takes tells nothing. */
async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
