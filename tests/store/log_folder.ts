// A log folder for tests: a real temporary one that is removed afterwards, and lines to fill it with.
import { isoTime } from "../../src/core/text.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import type { Clock } from "../../src/ports/clock.ts";

export const files = denoFiles();

/** Runs `use` with the path of an empty temporary folder, which is removed afterwards. */
export async function inFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "agent-runner-test-" });
  try {
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** A clock that stands still until `at` is set, epoch milliseconds. */
export function clockAt(iso: string): Clock & { at: number } {
  const clock = {
    at: Date.parse(iso),
    now: () => clock.at,
    monotonic: () => clock.at,
    sleep: () => Promise.resolve("elapsed" as const),
  };
  return clock;
}

/** One line of an event file, without its newline. */
export function eventLineOf(kind: string, fields: Readonly<Record<string, unknown>> = {}, at = 0): string {
  const ts = isoTime(Date.parse("2026-11-21T10:00:00Z") + at * 1000);
  return JSON.stringify({ ts, event: kind, ...fields }).replaceAll('":', '": ').replaceAll(',"', ', "');
}

/** Writes lines as a file of events. */
export function writeLines(path: string, lines: readonly string[]): void {
  Deno.writeTextFileSync(path, lines.map((line) => `${line}\n`).join(""));
}
