// Reads the recorded runs of real agent CLIs, for the tests of their readers.
import type { Usage } from "../../src/core/agent.ts";
import type { Ending } from "../../src/core/round.ts";

/** What a recorded run must be read as; figures were taken from the recording, not from a reader. */
export interface Expected {
  readonly ending: Ending;
  /** Any of these verdicts is right. */
  readonly verdicts: readonly string[];
  readonly sessionId: string | null;
  readonly model: string | null;
  readonly cliVersion: string | null;
  readonly toolCalls: number;
  readonly hasTerminalRecord: boolean;
  readonly usage: Partial<Usage> | null;
  readonly resetsAt: number | null;
}

export interface Golden {
  readonly name: string;
  readonly output: Uint8Array;
  readonly expected: Expected;
}

/** Every recorded run of one CLI, sorted by name. */
export function goldens(cli: string): readonly Golden[] {
  const folder = new URL(`../golden/${cli}/`, import.meta.url);
  return [...Deno.readDirSync(folder)].map(({ name }) => golden(cli, name)).toSorted((a, b) =>
    a.name < b.name ? -1 : 1
  );
}

export function golden(cli: string, name: string): Golden {
  const folder = new URL(`../golden/${cli}/${name}/`, import.meta.url);
  const expected = JSON.parse(Deno.readTextFileSync(new URL("expected.json", folder)));
  return { name, output: Deno.readFileSync(new URL("output", folder)), expected };
}
