// Obeys what the operator asks for from afar, and puts each command on record.
import { isoTime, spellDuration, visible } from "../core/text.ts";
import { redact } from "../core/redact.ts";
import type { RoundTools } from "../round/tools.ts";
import type { PauseRecord } from "../store/status_pause.ts";
import { CommandFiles } from "./commands.ts";
import type { GivenCommand } from "./commands.ts";
import { Hints } from "./hints.ts";
import type { PauseEnd } from "./pause.ts";
import type { StopRequests } from "./stop_requests.ts";

const textInEvent = 2000;

/** One loop's ear for its operator. */
export class CommandDesk {
  readonly hints: Hints;
  readonly #files: CommandFiles;
  readonly #tools: RoundTools;
  readonly #stop: StopRequests;

  constructor(tools: RoundTools, stop: StopRequests) {
    const { logDir } = tools.config.runtime;
    this.#tools = tools;
    this.#stop = stop;
    this.#files = new CommandFiles(logDir, tools.files);
    this.hints = new Hints(logDir, tools.files, (used) => tools.sink.emit("hint_used", used));
    this.#files.clear();
  }

  /** Obeys what was asked for since the last look. A glance where nothing was. */
  look(): void {
    for (const given of this.#files.take(this.#tools.clock.now())) this.#obey(given);
  }

  /** Whether a round may not begin now; a pause whose time has come ends here. */
  get isPaused(): boolean {
    const paused = this.#paused;
    if (paused === null) return false;
    const { until_epoch: until } = paused;
    if (until === null || until * 1000 > this.#tools.clock.now()) return true;
    this.#resume("", "over");
    return false;
  }

  /** Waits, visible as paused, until rounds may begin again or the loop is to end. */
  async sitOut(pause: (milliseconds: number) => Promise<PauseEnd>): Promise<void> {
    const { book, sink, clock, tell } = this.#tools;
    const paused = this.#paused;
    if (paused === null) return;
    const { by, reason, until_epoch: until } = paused;
    const text = `paused${by === "" ? "" : ` by ${visible(by)}`}${reason === "" ? "" : `: ${visible(redact(reason))}`}`;
    const end = until === null ? "until 'agent-runner resume'" : `until ${isoTime(until * 1000).slice(0, 19)}Z`;
    book.waiting({ until_epoch: until, reason: `${text[0]!.toUpperCase()}${text.slice(1)}`, classification: "paused" });
    tell({ kind: "paused", text: `${text} (${end})`, tone: "warn", facts: { by, reason, until_epoch: until } });
    sink.flush();
    await pause(until === null ? Infinity : Math.max(0, until * 1000 - clock.now()));
    book.waiting(null);
  }

  get #paused(): PauseRecord | null {
    return this.#tools.book.paused;
  }

  #obey({ id, at, by, command }: GivenCommand): void {
    const { sink, book, tell } = this.#tools;
    switch (command.kind) {
      case "pause": {
        const { reason, untilEpoch } = command;
        const record = {
          since: this.#paused?.since ?? isoTime(at),
          by,
          reason: redact(reason),
          until_epoch: untilEpoch,
        };
        book.pause(record);
        sink.emit("paused", { by, reason, until_epoch: untilEpoch });
        const then = book.status?.current ? "; the running round finishes" : "";
        return tell({ kind: "pause_requested", text: `no further round begins: ${by} asked for a pause${then}` });
      }
      case "resume":
        return this.#resume(by, "asked");
      case "stop_after_round":
        sink.emit("stop_requested", { by, reason: command.reason });
        return this.#stop.askAfterRound();
      case "hint": {
        if (!this.hints.add({ id, at: isoTime(at), by, text: command.text })) {
          return tell({ kind: "hint_refused", text: "a hint was not kept: too many wait, or the disk is full" });
        }
        sink.emit("hint_given", { by, hint_id: id, text: redact(command.text).slice(0, textInEvent) });
        return tell({ kind: "hint_given", text: `the next round is told what ${by} left for it` });
      }
      case "clear_hints": {
        const hints = this.hints.clear();
        if (hints !== null) sink.emit("hints_cleared", { by, hints });
        return;
      }
      default:
        return command satisfies never;
    }
  }

  #resume(by: string, why: "asked" | "over"): void {
    const { sink, book, clock, tell } = this.#tools;
    const paused = this.#paused;
    if (paused === null) return;
    const seconds = Math.max(0, Math.round((clock.now() - Date.parse(paused.since)) / 1000));
    book.pause(null);
    sink.emit("resumed", { by, why, paused_s: seconds });
    const cause = why === "over" ? "its time is over" : `${by} asked for it`;
    tell({ kind: "resumed", text: `going on after ${spellDuration(seconds)} of pause: ${cause}` });
  }
}
