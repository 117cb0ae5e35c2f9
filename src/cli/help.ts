// The page that `agent-runner --help` shows.

/** @param verbs name and summary of every verb, in the order shown */
export function spellVerbs(
  verbs: readonly { readonly name: string; readonly summary: string }[],
  version: string,
): string {
  const width = Math.max(...verbs.map((verb) => verb.name.length));
  const rows = verbs.map((verb) => `  ${verb.name.padEnd(width)}  ${verb.summary}`);
  return [
    `agent-runner ${version}: keeps a coding agent working, round after round, unattended.`,
    "",
    "USAGE",
    "  agent-runner VERB [flags]",
    "",
    "VERBS",
    ...rows,
    "",
    "GLOBAL FLAGS",
    "  --config PATH  configuration file (default ./agent-runner.toml)",
    "  --json         machine-readable output where a verb has it",
    "  --version      print the version",
    "  -h, --help     help, also for one verb: agent-runner VERB --help",
    "",
    "Start here: agent-runner demo",
    "",
  ].join("\n");
}
