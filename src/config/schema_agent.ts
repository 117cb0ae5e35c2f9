// The keys of [agent], [prompt] and [vcs]: what is started, what it is told, and what becomes of its work.
import {
  commandLine,
  environment,
  freeText,
  globList,
  oneOf,
  pathList,
  pathText,
  seconds,
  someText,
  truth,
  whole,
  wordList,
} from "./kinds.ts";
import { required, row } from "./row.ts";

/** Agents whose output can be read; `plain` takes any text. */
export const readerNames = [
  "claude",
  "codex",
  "gemini",
  "opencode",
  "qwen",
  "pi",
  "kimi",
  "copilot",
  "aider",
  "cursor",
  "amp",
  "codewhale",
  "plain",
] as const;

export const agentRows = {
  command: row(commandLine, {
    default: required,
    example: '["claude", "-p"]',
    doc: "Executable of the agent and its fixed arguments, one text each; no shell is involved.",
  }),
  prompt_arg_template: row(wordList, {
    default: null,
    example: '["-p", "{prompt}"]',
    doc:
      "Arguments put after `command`; `{prompt}` stands for the whole prompt. Required unless `prompt_delivery` is " +
      '"none"; may be an empty list.',
  }),
  name: row(someText, {
    default: null,
    example: '"night shift"',
    doc: "Name of the agent where people see it; the executable's name when absent.",
  }),
  env: row(environment, {
    default: {},
    example: '{ DISABLE_AUTOUPDATER = "1" }',
    doc: "Environment variables for the agent, on top of the inherited ones and of those of the round.",
  }),
  prompt_delivery: row(oneOf(["argv", "stdin", "none"]), {
    default: "argv",
    doc: "How the prompt reaches the agent: as an argument, on its standard input, or not at all, for a command that " +
      "needs no prompt. Prefer `stdin`: an argument is visible to every user of the machine and ends at 128 KiB.",
  }),
  wrapper: row(wordList, {
    default: [],
    since: "new",
    example: '["nice", "-n", "10"]',
    doc: "Words put before `command`, for a sandbox or a change of priority.",
  }),
  resume_arg_template: row(wordList, {
    default: [],
    since: "new",
    example: '["--resume", "{session_id}"]',
    doc:
      "Arguments put after `command` when a round goes on with an earlier session; `{session_id}` stands for its id.",
  }),
  session: row(oneOf(["fresh", "resume"]), {
    default: "fresh",
    since: "new",
    doc: "Whether each round starts a new session or goes on with the last one. Resuming starts a new session, too, " +
      "when the context is full, when the agent refuses the old one, or where its CLI cannot resume.",
  }),
  act_early: row(truth, {
    default: true,
    since: "new",
    doc: "Ends a round as soon as the agent's output proves that going on is of no use: a login or a payment that is " +
      "refused and tried again, a limit it would sleep through, requests without an answer in a circle.",
  }),
  max_in_round_wait_s: row(seconds(0), {
    default: 300,
    unit: "seconds",
    since: "new",
    doc:
      "Longest time the agent may sleep inside a round until a limit ends; for a longer one the round is ended and " +
      "the wait is outside it. Only with `act_early`.",
  }),
  reader: row(someText, {
    default: null,
    since: "new",
    example: '"claude"',
    doc: "Whose output format the agent writes, where the executable's name does not tell: " +
      `${readerNames.map((name) => `\`${name}\``).join(", ")}.`,
  }),
};

const { session: _session, act_early: _actEarly, max_in_round_wait_s: _longestWait, ...fallback } = agentRows;

/** Keys of one `[[agent.fallback]]`: what sets another agent apart; the rest holds for all. */
export const fallbackRows = fallback;

export const promptRows = {
  file: row(pathText, {
    default: null,
    example: '"./prompts/main.md"',
    doc: 'The prompt. Write either `file` or `files`; with `prompt_delivery = "none"` neither is needed.',
  }),
  files: row(pathList, {
    default: null,
    example: '["./prompts/main.md", "./prompts/rules.md"]',
    doc: "Several files that make up the prompt, in this order.",
  }),
  inject_context: row(truth, {
    default: true,
    doc: "Puts what the agent should know of the last round before the prompt, as a block of JSON.",
  }),
  context_injection_mode: row(oneOf(["prepend", "file", "none"]), {
    default: "prepend",
    doc: "Where that block goes: before the prompt, or only into `round-context.json` (`file` and `none`).",
  }),
  concat_separator: row(freeText, {
    default: "\n\n",
    doc: "What is put between the files of the prompt.",
  }),
  strip_yaml_frontmatter: row(truth, {
    default: true,
    doc: "Leaves out a block between two lines of `---` at the start of the first file.",
  }),
  min_bytes: row(whole(0), {
    default: 500,
    unit: "bytes",
    since: "new",
    doc: "Shortest prompt that a round is started with: a placeholder that was never filled in is shorter.",
  }),
};

export const vcsRows = {
  dirty_action: row(oneOf(["stash", "ignore", "auto_commit"]), {
    default: "stash",
    doc:
      "What becomes of work that a round leaves uncommitted. `stash` leaves this file and the prompts in the tree; " +
      "`auto_commit` never takes what looks like a secret.",
  }),
  owned_paths: row(globList, {
    default: [],
    since: "new",
    example: '["reports/", "*.generated.md"]',
    doc:
      "Paths that are nobody's uncommitted work: not reported, not saved, not stashed and not committed. `dir/` means " +
      "all below it; a pattern without `**` is matched from the right.",
  }),
  stash_idempotency_s: row(seconds(1), {
    default: 5,
    unit: "seconds",
    doc: "Within this time a second attempt to stash the same leftovers counts as the first.",
  }),
  salvage_keep: row(whole(1), {
    default: 50,
    since: "new",
    doc:
      "How many of the newest salvages are kept: commits that hold what rounds left uncommitted. One that no later " +
      "round was told of is always kept.",
  }),
  salvage_keep_days: row(whole(1), {
    default: 30,
    since: "new",
    doc: "After so many days a salvage is let go, unless no later round was told of it.",
  }),
  salvage_file_max_mb: row(whole(1), {
    default: 512,
    unit: "megabytes",
    since: "new",
    doc: "A larger file is not put into salvages, but named in them as not saved.",
  }),
};
