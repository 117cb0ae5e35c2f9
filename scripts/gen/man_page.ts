// Writes the manual page from the verbs, as roff.
import type { Verb } from "../../src/cli/verb.ts";
import { spellFlag } from "./flags.ts";
import { exitCode } from "../../src/core/errors.ts";

const exits: readonly (readonly [keyof typeof exitCode, string])[] = [
  ["ok", "Done; for serve every designed end."],
  ["failure", "A failure that the operator can mend, told in two lines on standard error."],
  ["usage", "The command line was wrong."],
  ["busy", "Another supervisor holds the lock of the log folder: try again later."],
  ["config", "The configuration or a start-up check failed: starting again will not help."],
];

const globals: readonly (readonly [string, string])[] = [
  ["--config PATH", "The configuration file (default ./agent-runner.toml)."],
  ["--json", "Machine-readable output where a verb has it."],
  ["--version", "Print the version."],
  ["-h, --help", "Help; after a verb, help for that verb."],
];

const files: readonly (readonly [string, string])[] = [
  ["agent-runner.toml", "The configuration of a project; relative paths in it start at its folder."],
  ["prompts/main.md", "The prompt that init writes."],
  [
    "~/.agent-runner/PROJECT/logs",
    "The log folder unless the configuration names another: the record of events, the rounds' logs, the status.",
  ],
];

/** Text of `docs/agent-runner.1`. */
export function manPage(verbs: readonly Verb[]): string {
  return [
    '.\\" Written by: deno task gen',
    '.TH AGENT-RUNNER 1 "" agent-runner "User Commands"',
    ".ad l",
    ".nh",
    ".SH NAME",
    escape("agent-runner - keeps a coding agent working, round after round, unattended"),
    ".SH SYNOPSIS",
    ".B agent-runner",
    escape("[--config PATH] [--json] VERB [flags]"),
    ".SH DESCRIPTION",
    escape(
      "agent-runner starts a coding agent in a git work tree, round after round, ends a round that hangs, keeps the " +
        "work that a round left uncommitted, waits out limits, stops when something is broken for good, and writes down " +
        "what happened.",
    ),
    ".SH GLOBAL FLAGS",
    "They may stand before or after the verb.",
    ...globals.flatMap(([flag, meaning]) => entry(flag, meaning)),
    ".SH VERBS",
    ...verbs.flatMap(verbLines),
    ".SH EXIT STATUS",
    ...exits.flatMap(([name, meaning]) => entry(String(exitCode[name]), meaning)),
    ".SH FILES",
    ...files.flatMap(([path, meaning]) => entry(path, meaning)),
    ".SH SEE ALSO",
    ".BR git (1),",
    ".BR ssh (1)",
    "",
  ].join("\n");
}

function verbLines(verb: Verb): readonly string[] {
  const flags = Object.entries(verb.flags).filter(([, spec]) => spec.hidden !== true);
  const words = verb.positional ? ` [${verb.positional.placeholder}]` : "";
  const lines = [
    `.SS "${escape(`agent-runner ${verb.name}${flags.length > 0 ? " [flags]" : ""}${words}`)}"`,
    escape(`${verb.summary}.`),
  ];
  if (verb.positional) lines.push(...entry(verb.positional.placeholder, sentence(verb.positional.brief)));
  lines.push(...flags.flatMap(([name, spec]) => entry(spellFlag(name, spec), sentence(spec.brief))));
  const { examples = [] } = verb;
  if (examples.length > 0) lines.push(".PP", ".EX", ...examples.map(escape), ".EE");
  return lines;
}

function entry(term: string, meaning: string): readonly string[] {
  return [".TP", `\\fB${escape(term)}\\fR`, escape(meaning)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.)]$/.test(text) ? "" : "."}`;
}

/** Text as roff: nothing in it is taken for a request, an escape or a hyphen to break at. */
export function escape(text: string): string {
  const inside = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll('"', "\\(dq").replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha").replaceAll("~", "\\(ti").replaceAll("`", "\\(ga");
  return inside.startsWith(".") ? `\\&${inside}` : inside;
}
