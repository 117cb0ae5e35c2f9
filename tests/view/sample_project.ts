// A project in memory with a log folder, for tests of what is shown of it.
import type { Config } from "../../src/config/schema.ts";
import type { Lock } from "../../src/ports/lock.ts";
import { openEventSource } from "../../src/store/event_source.ts";
import type { ProjectQuestion } from "../../src/view/project_view.ts";
import { configOf, sampleFile, smallest } from "../config/sample.ts";
import { type MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";
import { eventLineOf } from "../store/log_folder.ts";

export const now = Date.parse("2026-11-21T12:00:00Z");
export const logDir = "/home/me/shop/logs";

/** A lock that is held or not, whatever is asked. */
export function lockHeld(isHeld: boolean): Lock {
  return { isHeld: () => Promise.resolve(isHeld), tryAcquire: () => Promise.resolve(null) };
}

/** Files of the project: its configuration and, by name, what lies in its log folder. */
export function projectFiles(logs: Readonly<Record<string, string>> = {}): MemoryFiles {
  const paths = Object.entries(logs).map(([name, text]) => [`${logDir}/${name}`, text]);
  return memoryFiles({ [sampleFile]: smallest, ...Object.fromEntries(paths) });
}

/** Lines of events as the text of their file. */
export function eventsText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** A finished round's events. */
export function roundLines(number: number, fields: { readonly at: number; readonly phase?: string }): string[] {
  const { at, phase = null } = fields;
  return [
    eventLineOf("round_start", { round_num: number, phase }, at),
    eventLineOf("agent_spawn", { round_num: number, timeout_s: 60, pid: 1000 + number }, at),
    eventLineOf(
      "agent_exit",
      { round_num: number, exit_code: 0, duration_s: 4.2, timed_out: false, exit_cause: "clean" },
      at + 4,
    ),
    eventLineOf("round_verdict", { round_num: number, verdict: "ok", summary: "It worked" }, at + 4),
    eventLineOf("round_end", { round_num: number }, at + 5),
  ];
}

export function config(): Config {
  return configOf(smallest);
}

/** A question about the project; a supervisor runs when `isActive`. */
export function questionOn(files: MemoryFiles, options: { readonly isActive?: boolean } = {}): ProjectQuestion {
  return {
    config: config(),
    files,
    events: openEventSource({ files, logDir }),
    lock: lockHeld(options.isActive ?? false),
    now,
    defenses: [],
  };
}
