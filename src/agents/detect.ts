// Tells which agent CLI a command line really runs, behind the wrappers people put in front of it.
import { baseName } from "../core/path.ts";
import { type AgentEntry, agents } from "./registry.ts";

/** How a wrapper's own words are told from the command it runs. */
interface Wrapper {
  /** Options that take the next word as their value. */
  readonly valued: readonly string[];
  /** Words of its own before the command, e.g. the duration of `timeout`. */
  readonly ownWords: number;
  /** `NAME=value` words may precede the command. */
  readonly takesAssignments?: boolean;
  /** Its options are too many to know: only what follows `--` is the command. */
  readonly needsDashes?: boolean;
}

const none: Wrapper = { valued: [], ownWords: 0 };

const wrappers: Readonly<Record<string, Wrapper>> = {
  bunx: none,
  bwrap: { ...none, needsDashes: true },
  caffeinate: { ...none, valued: ["-t", "-w"] },
  env: { valued: ["-u", "--unset", "-C", "--chdir"], ownWords: 0, takesAssignments: true },
  exec: none,
  firejail: none,
  ionice: { ...none, valued: ["-c", "--class", "-n", "--classdata"] },
  nice: { ...none, valued: ["-n", "--adjustment"] },
  nohup: none,
  npx: { ...none, valued: ["-p", "--package", "-w", "--workspace"] },
  setsid: none,
  stdbuf: { ...none, valued: ["-i", "-o", "-e", "--input", "--output", "--error"] },
  sudo: {
    valued: ["-u", "--user", "-g", "--group", "-h", "--host", "-D", "--chdir", "-C", "-p", "-R", "-T"],
    ownWords: 0,
    takesAssignments: true,
  },
  "systemd-run": { ...none, valued: ["-p", "--property", "-u", "--unit", "-E", "--setenv", "--slice"] },
  time: none,
  timeout: { ...none, valued: ["-k", "--kill-after", "-s", "--signal"], ownWords: 1 },
};

/** The command without the wrappers in front of it: what is left begins with the program that does the work. */
export function unwrap(command: readonly string[]): readonly string[] {
  let rest = command;
  // Each turn takes at least one word away, so this ends.
  while (rest.length > 0) {
    const wrapper = Object.hasOwn(wrappers, baseName(rest[0]!)) ? wrappers[baseName(rest[0]!)] : undefined;
    if (!wrapper) return rest;
    rest = behind(wrapper, rest.slice(1));
  }
  return rest;
}

function behind(wrapper: Wrapper, words: readonly string[]): readonly string[] {
  if (wrapper.needsDashes) {
    const dashes = words.indexOf("--");
    if (dashes >= 0) return words.slice(dashes + 1);
    const known = words.findIndex((word) => entryOf(word) !== undefined);
    return known < 0 ? [] : words.slice(known);
  }
  let at = 0;
  while (at < words.length && words[at]!.startsWith("-") && words[at] !== "--") {
    at += wrapper.valued.includes(words[at]!) ? 2 : 1;
  }
  if (words[at] === "--") at++;
  while (wrapper.takesAssignments && /^[A-Za-z_]\w*=/.test(words[at] ?? "")) at++;
  return words.slice(at + wrapper.ownWords);
}

/** `@scope/name@1.2.3`, as npx takes it, and `/usr/bin/name` alike. */
function entryOf(word: string): AgentEntry | undefined {
  if (word === "") return undefined;
  const binary = baseName(word).replace(/(?<=.)@[\w.^~-]+$/, "");
  return agents.find((agent) => agent.binaries.includes(binary));
}

/**
 * The reader for a command. A reader named in the configuration wins; a program that has none, or a name that does
 * not exist, is read as a plain command.
 */
export function agentFor(command: readonly string[], reader: string | null): AgentEntry {
  const word = unwrap(command)[0] ?? "";
  const found = reader === null ? entryOf(word) : agents.find((agent) => agent.name === reader);
  return found ?? plainEntry();
}

function plainEntry(): AgentEntry {
  return agents.find((agent) => agent.name === "plain")!;
}
