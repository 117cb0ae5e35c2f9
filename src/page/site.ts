// The page of several projects as one function from a question to an answer; whoever serves it needs to know no more.
import { redact } from "../core/redact.ts";
import { messageOf } from "../core/errors.ts";
import { Desk } from "./desk.ts";
import { Guard } from "./guard.ts";
import type { Door } from "./guard.ts";
import { renderDocument, renderDoor, spellBody } from "./layout.ts";
import type { PageProject, PageTools } from "./project.ts";
import { freshNonce, json, pagePolicy, respond, respondStream } from "./reply.ts";
import type { Reply } from "./reply.ts";
import { Room, spellFault } from "./room.ts";
import { findRoute, isFileFault } from "./routes.ts";
import { beat, Reader, Readers } from "./stream.ts";

const beatMs = 15_000;

/** What the page is made of. */
export interface SiteOptions {
  readonly projects: readonly PageProject[];
  readonly tools: PageTools;
  readonly door: Door;
  /** Told of what should not have happened; the asker is told no more than that it did. */
  readonly onFault: (reason: string) => void;
}

/** The page. */
export class Site {
  readonly desks: readonly Desk[];
  readonly #rooms: readonly Room[];
  readonly #guard: Guard;
  readonly #tools: PageTools;
  readonly #onFault: SiteOptions["onFault"];
  readonly #end = new AbortController();
  readonly #beat: ReturnType<typeof setInterval>;

  private constructor({ projects, tools, onFault }: SiteOptions, guard: Guard) {
    const life = crypto.randomUUID().slice(0, 8);
    this.desks = projects.map((project) => new Desk(project));
    this.#rooms = this.desks.map((desk) =>
      new Room(desk, { desks: this.desks, tools, readers: new Readers(), life, signal: this.#end.signal })
    );
    this.#guard = guard;
    this.#tools = tools;
    this.#onFault = onFault;
    this.#beat = setInterval(() => {
      for (const { readers } of this.#rooms) readers.send(beat);
    }, beatMs);
  }

  /** @param options at least one project */
  static async open(options: SiteOptions): Promise<Site> {
    return new Site(options, await Guard.make(options.door));
  }

  /** Never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (thrown) {
      if (isFileFault(thrown)) return respond(request, { status: 503, ...json({ error: spellFault(thrown) }) });
      this.#onFault(redact(messageOf(thrown)));
      return respond(request, { status: 500, text: "Something went wrong here" });
    }
  }

  /** Ends every stream. */
  close(): void {
    clearInterval(this.#beat);
    this.#end.abort();
    for (const { readers } of this.#rooms) readers.endAll();
  }

  async #answer(request: Request): Promise<Response> {
    const address = URL.parse(request.url);
    if (address === null) return respond(request, { status: 400, text: "This is no address" });
    const refusal = await this.#guard.refuse(request, address);
    if (refusal !== null) return respond(request, refusal.door === true ? doorReply(refusal) : refusal);
    const found = findRoute(address.pathname);
    if (found === null) return respond(request, { status: 404, text: "There is nothing here" });
    const key = address.searchParams.get("project");
    const room = key === null ? this.#rooms[0] : this.#rooms.find(({ desk }) => desk.project.key === key);
    if (room === undefined) return respond(request, { status: 404, text: "There is no such project here" });
    // What only asks how long an answer would be must not open anything.
    if (request.method === "HEAD" && found.route.path === "/api/stream") {
      return respond(request, { status: 200, text: "" });
    }
    const answer = await found.route.answer({
      room,
      desks: this.desks,
      tools: this.#tools,
      words: address.searchParams,
      part: found.part,
      headers: request.headers,
      streams: this.#streams(),
    });
    return answer instanceof Reader ? respondStream(answer.body) : respond(request, answer);
  }

  #streams(): { readonly open: number; readonly dropped: number } {
    let [open, dropped] = [0, 0];
    for (const { readers } of this.#rooms) {
      open += readers.count;
      dropped += readers.dropped;
    }
    return { open, dropped };
  }
}

/** The same answer as a page that asks for the token. */
function doorReply(refusal: Reply): Reply {
  const nonce = freshNonce();
  const text = renderDocument(spellBody(renderDoor()), { nonce, title: "agent-runner", isDoor: true });
  const headers = { ...refusal.headers, ...pagePolicy(nonce) };
  return { ...refusal, text, type: "text/html; charset=utf-8", headers };
}
