// Finds the rounds that ended without a verdict, and gives the end of their output: words are all there is to go by.
import { redact } from "../core/redact.ts";
import type { RecordedEvent } from "../core/event_payload.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { EventLine } from "../ports/records.ts";
import { findRoundLog, lastWords } from "../store/round_log.ts";
import type { RoundTail } from "./feed.ts";

/** Rounds whose words are given at once: no detector looks back further by default. */
export const mostTails = 20;

/** Characters of one round's output. */
export const tailCharacters = 8192;

/** Rounds that were judged, or went well, and are not over yet. */
const settledKept = 100;

/** The last lines of a round's output; null when there are none to be had. */
export function tailOfRound(files: Files, round: { readonly logDir: string; readonly number: number }): string | null {
  try {
    const path = findRoundLog(files, round);
    return path === null ? null : lastWords(files, { path, characters: tailCharacters });
  } catch (thrown) {
    if (thrown instanceof FileFault) return null;
    throw thrown;
  }
}

/** Follows the events of one project. */
export class WordlessRounds {
  readonly #files: Files;
  readonly #logDir: string;
  readonly #explained = new Set<number>();

  constructor(logDir: string, files: Files) {
    this.#logDir = logDir;
    this.#files = files;
  }

  /** Tails of the rounds that these events end, and that nothing explains; the newest few, secrets masked. */
  tails(events: readonly EventLine[]): readonly RoundTail[] {
    const numbers = new Set<number>();
    for (const { event } of events) {
      const number = event["round_num"];
      if (typeof number !== "number" || !Number.isSafeInteger(number)) continue;
      if (explains(event)) this.#explain(number);
      if (event.event !== "round_end") continue;
      numbers.delete(number);
      if (!this.#explained.delete(number)) numbers.add(number);
    }
    return [...numbers].slice(-mostTails).flatMap((number) => {
      const text = tailOfRound(this.#files, { logDir: this.#logDir, number });
      return text === null || text === "" ? [] : [{ round: number, text: redact(text) }];
    });
  }

  #explain(number: number): void {
    this.#explained.add(number);
    if (this.#explained.size <= settledKept) return;
    for (const oldest of this.#explained) {
      this.#explained.delete(oldest);
      return;
    }
  }
}

/** A verdict says what a round came to, and an agent that ended well needs no excuse. */
function explains(event: RecordedEvent): boolean {
  return event.event === "round_verdict" || (event.event === "agent_exit" && event["exit_code"] === 0);
}
