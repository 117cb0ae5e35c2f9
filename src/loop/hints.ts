// Keeps what the operator wants to tell the next round, in hints.json, until an agent was started with it: once.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { OperatorWords } from "../round/round.ts";
import { stateText } from "../store/formats.ts";
import { isObject } from "../store/json_file.ts";
import { numberField, textField } from "../view/field.ts";

/** So many wait at most. */
export const mostHints = 20;
/** Characters of all together: with the prompt they still have to fit on a command line. */
export const mostHintCharacters = 24_000;

const fileBytes = 512 * 1024;

export interface Hint {
  /** UUID. */
  readonly id: string;
  /** ISO time. */
  readonly at: string;
  readonly by: string;
  readonly text: string;
  /** The round that is being started with it; null: none is. */
  readonly round: number | null;
}

/** Told when a round was started with these. */
export type OnUsed = (used: { readonly round_num: number; readonly hint_ids: readonly string[] }) => void;

/** The hints of one log folder. What cannot be read counts as absent. */
export class Hints implements OperatorWords {
  readonly #path: string;
  readonly #files: Files;
  readonly #onUsed: OnUsed;
  /** Told in this life: on a disk that refuses, the file still has them. */
  readonly #told = new Set<string>();

  constructor(logDir: string, files: Files, onUsed: OnUsed = () => {}) {
    this.#path = joinPath(logDir, "hints.json");
    this.#files = files;
    this.#onUsed = onUsed;
  }

  /** Those that no round was started with, oldest first. Never throws. */
  list(): readonly Hint[] {
    try {
      return (this.#read() ?? []).flatMap(takeHint).filter(({ id }) => !this.#told.has(id));
    } catch {
      return [];
    }
  }

  /** Null when the file is damaged. Throws `FileFault`. */
  #read(): readonly unknown[] | null {
    const bytes = this.#files.readBytes(this.#path, { offset: 0, length: fileBytes });
    if (bytes === null) return [];
    try {
      const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return isObject(parsed) && Array.isArray(parsed.hints) ? parsed.hints : null;
    } catch {
      return null;
    }
  }

  /** False when there are too many already, or the disk does not take it. */
  add(hint: Omit<Hint, "round">): boolean {
    const all = this.list();
    return hasRoom(all, hint.text) && this.#write([...all, { ...hint, round: null }]);
  }

  /** Takes all of them back. @returns how many; null when the disk does not let them go */
  clear(): number | null {
    const count = this.list().length;
    return this.#write([]) ? count : null;
  }

  /** What the round's prompt ends with; null: nothing. On record as that round's, so that no other gets it, too. */
  forRound(round: number): string | null {
    const hints = this.list();
    if (hints.length === 0) return null;
    this.#write(hints.map((hint) => ({ ...hint, round })));
    return spellHints(hints);
  }

  /** The round's agent was started, and they are gone for good; or it was not, and the next round is told. */
  settle(round: number, wasTold: boolean): void {
    const all = this.list();
    const own = all.filter((hint) => hint.round === round);
    if (own.length === 0) return;
    const others = all.filter((hint) => hint.round !== round);
    if (!wasTold) return void this.#write([...own.map((hint) => ({ ...hint, round: null })), ...others]);
    const ids = own.map(({ id }) => id);
    this.#write(others);
    for (const id of ids) this.#told.add(id);
    this.#onUsed({ round_num: round, hint_ids: ids });
  }

  #write(hints: readonly Hint[]): boolean {
    try {
      // Somebody may still find in it what was to be said.
      if (this.#read() === null) this.#files.rename(this.#path, `${this.#path}.broken`);
      if (hints.length === 0) this.#files.remove(this.#path);
      else this.#files.writeAtomic(this.#path, stateText("hints.json", { hints }, 2), { isDurable: true });
      return true;
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      return false;
    }
  }
}

/** Whether one more fits. */
export function hasRoom(hints: readonly Hint[], text: string): boolean {
  const characters = hints.reduce((sum, hint) => sum + hint.text.length, text.length);
  return hints.length < mostHints && characters <= mostHintCharacters;
}

/** As the agent reads them, after everything else. */
export function spellHints(hints: readonly Hint[]): string {
  const head = "## From the operator, for this round\n\n" +
    "The person who runs this loop left this for you. It holds for this round, and goes before what is said above.";
  const texts = hints.map(({ at, text }) => `### ${isoTime(Date.parse(at)).slice(0, 16)}Z\n\n${text.trim()}`);
  return [head, ...texts].join("\n\n");
}

function takeHint(value: unknown): Hint[] {
  if (!isObject(value)) return [];
  const [id, at, text] = [textField(value, "id"), textField(value, "at"), textField(value, "text")];
  if (id === null || text === null || at === null || Number.isNaN(Date.parse(at))) return [];
  return [{ id, at, by: textField(value, "by") ?? "", text, round: numberField(value, "round") }];
}
