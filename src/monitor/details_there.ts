// The details of a project on another machine: asked for over a connection of their own while somebody looks at them.
import type { Details, DetailSource } from "../view/details.ts";
import { detailsProtocol, noDetails, parseGreeting, safeDetails, withLine } from "./details_frame.ts";
import type { Told } from "./details_frame.ts";
import { failed, hear } from "./hearing.ts";
import { usualTiming } from "./link.ts";
import type { LinkEnd, LinkTools } from "./link.ts";
import { spell } from "./ssh_command.ts";
import type { SshTarget } from "./ssh_target.ts";

/** Nobody has looked for so long: the connection is ended. */
const idleMs = 60_000;
const retryMs = 15_000;
/** Somebody may install this version there while the page stays open. */
const olderRetryMs = 300_000;

/** Opens nothing before the first look, and nothing after `close`. */
export class DetailsThere implements DetailSource {
  readonly #target: SshTarget;
  readonly #tools: Pick<LinkTools, "channels" | "clock">;
  readonly #end = new AbortController();
  readonly #listeners = new Set<() => void>();
  /** As it came; null while nothing can be shown. */
  #told: Details | null = null;
  #safe: { readonly told: Details; readonly details: Details } | null = null;
  #missing: string;
  #wantedAt = -Infinity;
  #mayAskAt = -Infinity;
  #work: Promise<void> | null = null;

  constructor(target: SshTarget, tools: Pick<LinkTools, "channels" | "clock">) {
    this.#target = target;
    this.#tools = tools;
    this.#missing = this.#asking();
  }

  #asking(): string {
    return spell(`'${this.#target.host}' is being asked.`);
  }

  read(): Details | string {
    const now = this.#tools.clock.monotonic();
    this.#wantedAt = now;
    if (this.#work === null && now >= this.#mayAskAt && !this.#end.signal.aborted) {
      this.#work = this.#follow().finally(() => this.#work = null);
    }
    if (this.#told === null) return this.#missing;
    // However much is said over there, only what is looked at costs anything here.
    if (this.#safe?.told !== this.#told) this.#safe = { told: this.#told, details: safeDetails(this.#told) };
    return this.#safe.details;
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#work;
  }

  async #follow(): Promise<void> {
    const idle = new AbortController();
    const signal = AbortSignal.any([idle.signal, this.#end.signal]);
    const watch = this.#watchIdle(idle, signal);
    let told: Told = { details: noDetails, isWhole: false };
    const end = await hear({
      target: this.#target,
      words: ["_details", "--protocol", String(detailsProtocol)],
      timing: usualTiming,
      signal,
      greet(line) {
        const protocol = parseGreeting(line);
        if (protocol === null) return "noise";
        return protocol === detailsProtocol ? "greeting" : { kind: "cannot_stream" };
      },
      take: (line) => {
        const next = withLine(told, line);
        if (next === null) {
          return failed(`'${this.#target.host}' says what no agent-runner says: ${line.slice(0, 100)}`);
        }
        told = next;
        if (next.isWhole && next.details !== this.#told) {
          this.#told = next.details;
          this.#tell();
        }
        return null;
      },
    }, this.#tools);
    idle.abort();
    await watch;
    this.#settle(end);
  }

  /** What was known is not shown on: it would pass for what is. */
  #settle(end: LinkEnd): void {
    const { host } = this.#target;
    const isOlder = end.kind === "cannot_stream";
    const isBroken = end.kind === "failed";
    if (isBroken) this.#missing = `${end.fault.reason}. It will be asked again.`;
    else if (isOlder) {
      this.#missing = spell(
        `agent-runner on '${host}' is of another version, which does not tell this: there it is ` +
          "'agent-runner peek --round latest --log' and 'agent-runner salvage list'.",
      );
    } else this.#missing = this.#asking();
    const pauseMs = isOlder ? olderRetryMs : isBroken ? retryMs : 0;
    this.#mayAskAt = this.#tools.clock.monotonic() + pauseMs;
    this.#told = this.#safe = null;
    if (!this.#end.signal.aborted) this.#tell();
  }

  async #watchIdle(idle: AbortController, signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    while (!signal.aborted) {
      const left = this.#wantedAt + idleMs - clock.monotonic();
      if (left <= 0) return idle.abort();
      await clock.sleep(left, signal);
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
