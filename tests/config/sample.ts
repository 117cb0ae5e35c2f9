// A configuration file in memory and what loading it gives, for all tests of the config floor.
import assert from "node:assert/strict";
import { memoryFiles } from "../fakes/memory_files.ts";
import { loadConfig, type LoadedConfig } from "../../src/config/load.ts";
import { type Config, READER_NAMES } from "../../src/config/schema.ts";
import type { Problem } from "../../src/core/config.ts";

export const sampleFile = "/home/me/shop/agent-runner.toml";

/** The shortest configuration that loads. */
export const smallest = `
[agent]
command = ["agent"]
prompt_arg_template = ["{prompt}"]
[runtime]
work_dir = "."
log_dir = "logs"
[prompt]
file = "main.md"
`;

/** Loads a text as `/home/me/shop/agent-runner.toml`. */
export function loadText(text: string): LoadedConfig {
  return loadConfig(sampleFile, {
    files: memoryFiles({ [sampleFile]: text, "/srv/other/keep": "" }),
    homeDir: "/home/me",
    currentDir: "/nowhere",
    knownReaders: READER_NAMES,
  });
}

/** The smallest configuration with lines added to its tables, e.g. `{ runtime: "max_rounds = 3" }`. */
export function withLines(lines: Readonly<Record<string, string>>): string {
  const added = new Set<string>();
  const text = smallest.replaceAll(/^\[(\w+)\]$/gm, (header, table: string) => {
    added.add(table);
    return `${header}\n${lines[table] ?? ""}`;
  });
  const rest = Object.entries(lines).filter(([table]) => !added.has(table));
  return text + rest.map(([table, body]) => `[${table}]\n${body}\n`).join("");
}

/** The Config of a text that must load. */
export function configOf(text: string): Config {
  const loaded = loadText(text);
  assert.deepEqual(loaded.kind === "broken" ? loaded.problems : [], []);
  assert.equal(loaded.kind, "ok");
  return (loaded as LoadedConfig & { kind: "ok" }).config;
}

/** The warnings of a text that must load. */
export function warningsOf(text: string): readonly Problem[] {
  const loaded = loadText(text);
  assert.equal(loaded.kind, "ok");
  return (loaded as LoadedConfig & { kind: "ok" }).warnings;
}

/** The problems of a text that must not load. */
export function problemsOf(text: string): readonly Problem[] {
  const loaded = loadText(text);
  assert.equal(loaded.kind, "broken", "the text loads");
  return (loaded as LoadedConfig & { kind: "broken" }).problems;
}

/** The only problem of a text. */
export function problemOf(text: string): Problem {
  const problems = problemsOf(text);
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 1));
  return problems[0]!;
}
