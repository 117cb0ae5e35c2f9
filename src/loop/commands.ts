// What a loop can be told from afar, each command a file of its own in the log folder, so that none is lost to another.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "../store/formats.ts";
import { numberField, textField } from "../view/field.ts";
import { requestsFolder, takeRequest } from "./requests.ts";

/** Longest text of one hint, characters. */
export const longestHint = 8000;
/** Longest reason, characters. */
export const longestReason = 500;

const longestName = 100;
/** Every character may take six bytes in JSON. */
const longestBytes = 64 * 1024;
/** What lay for longer was meant for another moment: whoever asked has given up long ago. */
const staleMs = 60_000;
const largestMoment = 8.64e12;
const namePattern = /^command-\d{15}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/;

export type Command =
  | {
    readonly kind: "pause";
    readonly reason: string;
    /** Epoch seconds; null: until `resume`. */
    readonly untilEpoch: number | null;
  }
  | { readonly kind: "resume" }
  | { readonly kind: "stop_after_round"; readonly reason: string }
  | { readonly kind: "hint"; readonly text: string }
  | { readonly kind: "clear_hints" };

/** A command with where it comes from. */
export interface GivenCommand {
  /** UUID. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly command: Command;
}

/** Leaves a command for the serve of this log folder; @returns its path: serve removes it. Throws `FileFault`. */
export function giveCommand(logDir: string, given: GivenCommand, files: Files): string {
  const folder = requestsFolder(logDir);
  files.makeDir(folder);
  const path = joinPath(folder, `command-${String(Math.trunc(given.at)).padStart(15, "0")}-${given.id}.json`);
  const { kind, ...words } = given.command;
  const { untilEpoch, ...rest } = { untilEpoch: null, ...words };
  const content = { at: isoTime(given.at), by: given.by, command: kind, ...rest, until_epoch: untilEpoch };
  files.writeAtomic(path, stateText("requests/*.json", content));
  return path;
}

/** The reading side of `giveCommand`. A command is removed when it is seen, whether it counts or not. */
export class CommandFiles {
  readonly #folder: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#folder = requestsFolder(logDir);
    this.#files = files;
  }

  /** Removes what a serve that is gone never saw. */
  clear(): void {
    this.take(Infinity);
  }

  /** What was asked for, oldest first, without what is stale or no command. Never throws. @param now epoch milliseconds */
  take(now: number): readonly GivenCommand[] {
    return this.#names().flatMap((name) => {
      const id = namePattern.exec(name)?.[1];
      if (id === undefined) return [];
      const request = takeRequest(joinPath(this.#folder, name), this.#files, longestBytes);
      const at = Date.parse(textField(request, "at") ?? "");
      const command = commandOf(request);
      // What is no time is no number, and never late enough.
      if (command === null || !(at >= now - staleMs)) return [];
      return [{ id, at, by: textField(request, "by")?.slice(0, longestName) ?? "", command }];
    });
  }

  #names(): readonly string[] {
    try {
      return this.#files.list(this.#folder);
    } catch {
      return [];
    }
  }
}

function commandOf(request: Readonly<Record<string, unknown>> | null): Command | null {
  const reason = (textField(request, "reason") ?? "").slice(0, longestReason);
  switch (textField(request, "command")) {
    case "pause": {
      const untilEpoch = numberField(request, "until_epoch");
      if (untilEpoch !== null && Math.abs(untilEpoch) > largestMoment) return null;
      return { kind: "pause", reason, untilEpoch };
    }
    case "resume":
      return { kind: "resume" };
    case "stop_after_round":
      return { kind: "stop_after_round", reason };
    case "hint": {
      const text = textField(request, "text");
      return text === null || text.trim() === "" || text.length > longestHint ? null : { kind: "hint", text };
    }
    case "clear_hints":
      return { kind: "clear_hints" };
    default:
      return null;
  }
}
