// Watches a project on another machine over ssh, through failures and silences for as long as the tolerance allows.
import type { Blind, Feed, Look } from "./feed.ts";
import { Backlog } from "./backlog.ts";
import { Bell } from "./bell.ts";
import { usualTiming } from "./link.ts";
import type { LinkEnd, LinkTask, LinkTiming, LinkTools } from "./link.ts";
import { followByAsking } from "./link_poll.ts";
import { followStream } from "./link_stream.ts";
import type { SshFault } from "./ssh_command.ts";
import type { SshTarget } from "./ssh_target.ts";
import { afterFailure, calm } from "./tolerance.ts";
import type { RemoteNotice } from "./tolerance.ts";

export interface SshFeedOptions {
  readonly target: SshTarget;
  /** `monitor.remote_failure_tolerance_s`. */
  readonly toleranceSeconds: number;
  /** Seconds between two looks, for the record. */
  readonly intervalSeconds: number;
  /** Told of every failure at the time it happens; the caller writes the event. */
  readonly onNotice: (notice: RemoteNotice) => void;
  /** Told once what the operator should know of the far program, e.g. that it is an older one. */
  readonly onNote: (text: string) => void;
  readonly timing?: LinkTiming;
}

/** A project on another machine. The connection is made at the first look. */
export class SshFeed implements Feed {
  readonly host: string;
  readonly #options: SshFeedOptions;
  readonly #tools: LinkTools;
  readonly #backlog = new Backlog();
  readonly #end = new AbortController();
  readonly #looker = new Bell();
  readonly #waker = new Bell();
  readonly #told = new Set<string>();
  #work: Promise<void> | null = null;
  #trouble: SshFault | null = null;
  #tolerance = calm;
  #isGivenUp = false;
  /** The far program cannot stream: asked once, for as long as this feed lives. */
  #mayStream = true;

  constructor(options: SshFeedOptions, tools: LinkTools) {
    this.host = options.target.host;
    this.#options = options;
    this.#tools = tools;
  }

  async look(signal: AbortSignal): Promise<Look | Blind> {
    this.#work ??= this.#run();
    while (!signal.aborted && !this.#end.signal.aborted) {
      const isFirst = this.#backlog.isEmpty;
      if (this.#trouble !== null && !this.#backlog.hasNews) return this.#blind(this.#trouble);
      if (!isFirst) return this.#backlog.take(this.#tools.clock.monotonic())!;
      // A link always comes to an end or to a look: each of its steps has a deadline.
      await this.#looker.heard(Infinity, signal);
    }
    return this.#blind({ reason: "The watch is over" });
  }

  async wake(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#waker.heard(timeoutMs, signal);
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#ring();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { clock } = this.#tools;
    while (!this.#end.signal.aborted) {
      const end = await this.#follow();
      if (end.kind === "cannot_stream") this.#poll();
      if (end.kind !== "failed") continue;
      const { fault } = end;
      const isFirst = this.#backlog.isEmpty;
      const { toleranceSeconds: capSeconds, intervalSeconds, onNotice } = this.#options;
      const next = afterFailure(this.#tolerance, {
        host: this.host,
        error: fault.reason,
        at: clock.monotonic(),
        capSeconds,
        intervalSeconds,
        // On a host that never worked there is nothing to wait for.
        isFinal: fault.isLasting === true && isFirst,
      });
      this.#tolerance = next.state;
      this.#trouble = fault;
      this.#isGivenUp = next.kind === "give_up";
      if (next.notice !== null) onNotice(next.notice);
      this.#ring();
      if (next.kind === "give_up") return;
      await clock.sleep(next.delayMs, this.#end.signal);
    }
  }

  async #follow(): Promise<LinkEnd> {
    const task: LinkTask = {
      target: this.#options.target,
      backlog: this.#backlog,
      timing: this.#options.timing ?? usualTiming,
      signal: this.#end.signal,
      onLook: () => this.#seen(),
      onNote: (text) => this.#note(text),
    };
    return await (this.#mayStream ? followStream : followByAsking)(task, this.#tools);
  }

  #seen(): void {
    const wasBlind = this.#trouble !== null;
    this.#trouble = null;
    this.#tolerance = calm;
    if (this.#backlog.hasNews || this.#backlog.hasChanged || wasBlind) this.#waker.ring();
    this.#looker.ring();
  }

  #poll(): void {
    this.#mayStream = false;
    const seconds = (this.#options.timing ?? usualTiming).pollSeconds;
    this.#note(
      `agent-runner on '${this.host}' cannot stream what is new, so it is asked every ${seconds} s; ` +
        "install this version there, then start the monitor anew",
    );
  }

  #note(text: string): void {
    if (this.#told.has(text) || this.#told.size >= notesKept) return;
    this.#told.add(text);
    this.#options.onNote(text);
  }

  #ring(): void {
    this.#looker.ring();
    this.#waker.ring();
  }

  #blind({ reason, fix }: Pick<SshFault, "reason" | "fix">): Blind {
    return {
      kind: "blind",
      at: this.#tools.clock.now(),
      reason,
      ...(fix === undefined ? {} : { fix }),
      ...(this.#isGivenUp ? { isGivenUp: true } : {}),
    };
  }
}

/** A host that changes its version with every connection is not repeated for ever. */
const notesKept = 10;
