// Hears one far program line by line: waits for its greeting, minds its silences, and says how it came to an end.
import type { Channel } from "../ports/channel.ts";
import { longestRead } from "../store/line_blocks.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { LinkEnd, LinkTiming, LinkTools } from "./link.ts";
import { faultOf, notUnderstood, spell, sshArgv } from "./ssh_command.ts";
import type { SshTarget } from "./ssh_target.ts";

/** Lines before the first word: what the profile of a login prints. */
const noiseLines = 200;
const noiseCharacters = 64 * 1024;

/** What is asked of a far program, and what is made of its lines. */
export interface Conversation {
  readonly target: SshTarget;
  /** For the agent-runner there. */
  readonly words: readonly string[];
  readonly timing: Pick<LinkTiming, "helloSeconds" | "silenceSeconds">;
  readonly signal: AbortSignal;
  /** Resolves when more can be taken in: until then a silence is not the far side's. */
  room?(signal: AbortSignal): Promise<void>;
  /** What a line is before the program has greeted; a `LinkEnd`: its greeting, and there is nothing more to hear. */
  greet(line: string): "noise" | "greeting" | LinkEnd;
  /** Takes a line after the greeting; a `LinkEnd`: it was the last one. */
  take(line: string): LinkEnd | null;
}

/** Runs one connection to its end. */
export async function hear(
  conversation: Conversation,
  tools: Pick<LinkTools, "channels" | "clock">,
): Promise<LinkEnd> {
  const { target, words } = conversation;
  const channel = tools.channels.open({ argv: sshArgv(target, words), environment: { LC_ALL: "C" } });
  if (typeof channel === "string") {
    return failed("There is no ssh on PATH", { fix: "Install an OpenSSH client", isLasting: true });
  }
  try {
    return await new Hearing(conversation, tools, channel).run();
  } finally {
    await channel.close();
  }
}

class Hearing {
  readonly #conversation: Conversation;
  readonly #tools: Pick<LinkTools, "clock">;
  readonly #channel: Channel;
  readonly #splitter = new LineSplitter(longestRead);
  readonly #done = new AbortController();
  readonly #startedAt: number;
  /** Monotonic milliseconds; infinite while nobody listens, which is not the far side's fault. */
  #heardAt: number;
  #hasGreeted = false;
  #isSilent = false;
  #noise = { lines: 0, characters: 0 };
  #end: LinkEnd | null = null;

  constructor(conversation: Conversation, tools: Pick<LinkTools, "clock">, channel: Channel) {
    this.#conversation = conversation;
    this.#tools = tools;
    this.#channel = channel;
    this.#startedAt = this.#heardAt = tools.clock.monotonic();
  }

  async run(): Promise<LinkEnd> {
    const { signal } = this.#conversation;
    const stop = () => this.#hangUp();
    signal.addEventListener("abort", stop, { once: true });
    const guard = this.#guard();
    try {
      return signal.aborted ? { kind: "over" } : await this.#read();
    } finally {
      signal.removeEventListener("abort", stop);
      this.#done.abort();
      await guard;
    }
  }

  async #read(): Promise<LinkEnd> {
    const { room, target, signal } = this.#conversation;
    while (this.#end === null) {
      this.#heardAt = Infinity;
      await room?.(this.#done.signal);
      this.#heardAt = this.#tools.clock.monotonic();
      const piece = await this.#channel.read();
      if (signal.aborted) return { kind: "over" };
      if (this.#isSilent) return this.#silent();
      if (piece === null) return await this.#over();
      const lines = this.#splitter.push(piece);
      if (lines === null) return failed(`'${target.host}' sends a line without an end`);
      for (const line of lines) if (this.#end === null) this.#take(line);
    }
    return this.#end;
  }

  /** Ends the connection when nothing is heard: one timer at a time, however much is said. */
  async #guard(): Promise<void> {
    const { clock } = this.#tools;
    const { helloSeconds, silenceSeconds } = this.#conversation.timing;
    while (!this.#done.signal.aborted) {
      const now = clock.monotonic();
      // A machine that says much, but never the first word, is not heard for ever.
      const dueAt = this.#hasGreeted
        ? Math.min(this.#heardAt, now) + silenceSeconds * 1000
        : this.#startedAt + helloSeconds * 1000;
      if (dueAt <= now) {
        this.#isSilent = true;
        return this.#hangUp();
      }
      // Once it has greeted, an earlier end holds.
      await clock.sleep(Math.min(dueAt - now, silenceSeconds * 1000), this.#done.signal);
    }
  }

  /** Whoever waits for a piece is told that there is none. */
  #hangUp(): void {
    this.#done.abort();
    void this.#channel.close();
  }

  #take(line: string): void {
    if (this.#hasGreeted) this.#end = this.#conversation.take(line);
    else this.#greet(line);
  }

  #greet(line: string): void {
    const { target, greet } = this.#conversation;
    const found = greet(line);
    if (found !== "noise") {
      this.#hasGreeted = true;
      if (found !== "greeting") this.#end = found;
      return;
    }
    this.#noise = { lines: this.#noise.lines + 1, characters: this.#noise.characters + line.length };
    if (this.#noise.lines <= noiseLines && this.#noise.characters <= noiseCharacters) return;
    this.#end = failed(`'${target.host}' says much, but nothing that an agent-runner says: ${line.slice(0, 100)}`);
  }

  #silent(): LinkEnd {
    const { target, timing } = this.#conversation;
    const seconds = this.#hasGreeted ? timing.silenceSeconds : timing.helloSeconds;
    return failed(`'${target.host}' is silent: no word within ${seconds} s`);
  }

  /** Its output has ended, and its process soon after. */
  async #over(): Promise<LinkEnd> {
    const { target, signal } = this.#conversation;
    const end = await this.#channel.ended;
    if (signal.aborted) return { kind: "over" };
    if (this.#isSilent) return this.#silent();
    if (end.code === notUnderstood && !this.#hasGreeted) return { kind: "cannot_stream" };
    return { kind: "failed", fault: faultOf(target, end) };
  }
}

/** An end with a reason that is safe to print. */
export function failed(reason: string, more: { readonly fix?: string; readonly isLasting?: true } = {}): LinkEnd {
  return { kind: "failed", fault: { reason: spell(reason), ...more } };
}
