// Reads the recorded runs of real agent CLIs, for the tests of their readers.
import type { Usage } from "../../src/core/agent.ts";
import type { Ending } from "../../src/core/round.ts";

/**
 * What a recorded run must be read as. Facts were taken from the recording, not from a reader; a fact that is left out
 * is not checked.
 */
export interface Expected {
  /** The command line that was recorded. */
  readonly command: readonly string[];
  readonly ending: Ending;
  /** Epoch seconds of the run's end. */
  readonly writtenAt: number;
  /** Any of these verdicts is right. */
  readonly verdicts: readonly string[];
  readonly sessionId?: string | null;
  readonly model?: string | null;
  readonly cliVersion?: string | null;
  readonly turns?: number | null;
  readonly toolCalls?: number;
  readonly hasTerminalRecord?: boolean;
  /** Null: the stream tells of no usage. */
  readonly usage?: Partial<Usage> | null;
  /** Epoch seconds; null: the stream names no time. */
  readonly resetsAt?: number | null;
  readonly retryAfterSeconds?: number | null;
  /** Kind of the early sign; null: there is none. */
  readonly early?: string | null;
}

export interface Golden {
  /** Folder, e.g. `codex-0.169.0`. */
  readonly cli: string;
  /** Name of the reader, e.g. `codex`. */
  readonly reader: string;
  readonly name: string;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly expected: Expected;
}

const folder = new URL("../golden/", import.meta.url);
/** Beside the recordings: log folders that other versions wrote. */
const logFolders = "log-folders";

/** Every recorded run, sorted by CLI and name. */
export function allGoldens(): readonly Golden[] {
  return namesIn(folder).filter((name) => name !== logFolders).flatMap((cli) => goldens(cli));
}

/** Every recorded run of one CLI, sorted by name. */
export function goldens(cli: string): readonly Golden[] {
  return namesIn(new URL(`${cli}/`, folder)).map((name) => golden(cli, name));
}

export function golden(cli: string, name: string): Golden {
  const place = new URL(`${cli}/${name}/`, folder);
  const expected = JSON.parse(Deno.readTextFileSync(new URL("expected.json", place)));
  const reader = cli.replace(/-\d.*$/, "");
  return { cli, reader, name, stdout: bytesOf(place, "stdout"), stderr: bytesOf(place, "stderr"), expected };
}

/** Both streams as one log: what was written to stderr stands before what was written to stdout. */
export function logOf({ stdout, stderr }: Golden): Uint8Array {
  return joined(stderr, stdout);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function namesIn(place: URL): readonly string[] {
  return [...Deno.readDirSync(place)].map(({ name }) => name).toSorted();
}

function bytesOf(place: URL, name: string): Uint8Array {
  try {
    return Deno.readFileSync(new URL(name, place));
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return new Uint8Array();
    throw thrown;
  }
}
