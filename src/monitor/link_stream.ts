// Hears from another machine over one connection that stays: the agent-runner there says what is new as it happens.
import type { Channel } from "../ports/channel.ts";
import { longestRead } from "../store/line_blocks.ts";
import { feedProtocol, parseFrame } from "./frame.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { LinkEnd, LinkTask, LinkTools } from "./link.ts";
import { faultOf, notUnderstood, spell, sshArgv } from "./ssh_command.ts";
import { versionNote } from "./version_note.ts";

/** Lines before the first word: what the profile of a login prints. */
const noiseLines = 200;
const noiseCharacters = 64 * 1024;

/** Runs one connection to its end. */
export async function followStream(task: LinkTask, tools: LinkTools): Promise<LinkEnd> {
  const { target, backlog, timing } = task;
  const after = backlog.after === "" ? [] : ["--after", backlog.after];
  const words = ["_feed", "--protocol", String(feedProtocol), "--beat", String(timing.beatSeconds), ...after];
  const channel = tools.channels.open({ argv: sshArgv(target, words), environment: { LC_ALL: "C" } });
  if (typeof channel === "string") {
    return failed("There is no ssh on PATH", { fix: "Install an OpenSSH client", isLasting: true });
  }
  try {
    return await new Stream(task, tools, channel).run();
  } finally {
    backlog.dropUnsealed();
    await channel.close();
  }
}

class Stream {
  readonly #task: LinkTask;
  readonly #tools: LinkTools;
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

  constructor(task: LinkTask, tools: LinkTools, channel: Channel) {
    this.#task = task;
    this.#tools = tools;
    this.#channel = channel;
    this.#startedAt = this.#heardAt = tools.clock.monotonic();
  }

  async run(): Promise<LinkEnd> {
    const { signal } = this.#task;
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
    const { backlog, target, signal } = this.#task;
    while (this.#end === null) {
      this.#heardAt = Infinity;
      await backlog.room(this.#done.signal);
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
    const { helloSeconds, silenceSeconds } = this.#task.timing;
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
    if (!this.#hasGreeted) return this.#greet(line);
    const frame = parseFrame(line);
    const { backlog, onLook, target, timing } = this.#task;
    if (frame === null) {
      this.#end = failed(`'${target.host}' says what no agent-runner says: ${line.slice(0, 100)}`);
      return;
    }
    switch (frame.kind) {
      case "hello":
        return;
      case "blind":
        this.#end = failed(`On '${target.host}': ${frame.reason}`);
        return;
      default: {
        const isBounded = backlog.add(frame, {
          length: line.length,
          now: this.#tools.clock.monotonic(),
          longestPauseMs: timing.beatSeconds * 1000,
        });
        if (!isBounded) this.#end = failed(`'${target.host}' sends events without an end`);
        else if (frame.kind === "state") onLook();
      }
    }
  }

  #greet(line: string): void {
    const { target, onNote } = this.#task;
    // A prompt or a colour may stand before it.
    const frame = parseFrame(line.slice(Math.max(0, line.indexOf('{"feed":"hello"'))));
    if (frame?.kind === "hello") {
      this.#hasGreeted = true;
      const note = versionNote(target.host, { there: frame.version, here: this.#tools.version });
      if (note !== null) onNote(note);
      if (frame.protocol !== feedProtocol) this.#end = { kind: "cannot_stream" };
      return;
    }
    this.#noise = { lines: this.#noise.lines + 1, characters: this.#noise.characters + line.length };
    if (this.#noise.lines <= noiseLines && this.#noise.characters <= noiseCharacters) return;
    this.#end = failed(`'${target.host}' says much, but nothing that an agent-runner says: ${line.slice(0, 100)}`);
  }

  #silent(): LinkEnd {
    const { target, timing } = this.#task;
    const seconds = this.#hasGreeted ? timing.silenceSeconds : timing.helloSeconds;
    return failed(`'${target.host}' is silent: no word within ${seconds} s`);
  }

  /** Its output has ended, and its process soon after. */
  async #over(): Promise<LinkEnd> {
    const { target, signal } = this.#task;
    const end = await this.#channel.ended;
    if (signal.aborted) return { kind: "over" };
    if (this.#isSilent) return this.#silent();
    if (end.code === notUnderstood && !this.#hasGreeted) return { kind: "cannot_stream" };
    return { kind: "failed", fault: faultOf(target, end) };
  }
}

function failed(reason: string, more: { readonly fix?: string; readonly isLasting?: true } = {}): LinkEnd {
  return { kind: "failed", fault: { reason: spell(reason), ...more } };
}
