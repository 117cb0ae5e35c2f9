// Holds what the files for clusters say against the program: its verbs, its page, its walls.
import assert from "node:assert/strict";
import { splitCommandLine } from "../../src/cli/arguments.ts";
import { parseWords } from "../../src/cli/parse.ts";
import { verbs } from "../../src/cli/registry.ts";
import { longestStopSeconds } from "../../src/cli/service_look.ts";
import type { Verb } from "../../src/cli/verb.ts";
import { findRoute } from "../../src/page/routes.ts";
import { configOf, smallest } from "../config/sample.ts";

/** Where the image has the work tree, the log folder and the agent's login, the outer before the inner ones. */
export const places: readonly string[] = ["/home/agent", "/home/agent/.agent-runner", "/project"];

/** What a supervisor takes at most to leave, with a configuration of defaults. */
export function longestStop(): number {
  return longestStopSeconds(configOf(smallest));
}

/** `32m` -> 1920. Throws for what is no such duration. */
export function secondsOf(text: string): number {
  const [, value, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  if (value === undefined) throw new Error(`'${text}' is no duration`);
  return Number(value) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
}

/** Reads the words of `serve` as the program does, which throws for what it does not know. @returns the page's port */
export async function portOfServe(words: readonly string[]): Promise<number> {
  const line = splitCommandLine(words);
  assert.equal(line.verb, "serve");
  const entry = verbs.find(({ name }) => name === line.verb)!;
  const verb = (await entry.load()).default as unknown as Verb;
  const parsed = await parseWords(verb, { words: line.words, write: () => {} });
  const port = parsed?.flags.page;
  assert.ok(typeof port === "number" && port >= 1024, "the page has no port of its own");
  return port;
}

/** A probe asks the page, on loopback, for something it answers. @returns what it asks for */
export function pathOfProbe(command: readonly string[], port: number): string {
  const [program, ...words] = command;
  assert.equal(program, "curl");
  assert.ok(words.includes("--fail"), "a 503 would count as good");
  const url = new URL(words.at(-1) ?? "");
  assert.equal(url.origin, `http://127.0.0.1:${port}`);
  assert.ok(findRoute(url.pathname) !== null, url.pathname);
  return url.pathname;
}
