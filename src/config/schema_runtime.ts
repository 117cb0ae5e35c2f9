// The keys of [runtime]: where things are, how long a round may take, and when to stop.
import { globList, oneOf, pathText, patternList, seconds, truth, whole } from "./kinds.ts";
import { required, row } from "./row.ts";

export const runtimeRows = {
  work_dir: row(pathText, {
    default: required,
    example: '"."',
    doc: "The git work tree in which the agent runs, relative to the folder of this file.",
  }),
  log_dir: row(pathText, {
    default: required,
    example: '"~/.agent-runner/{project}/logs"',
    doc: "Folder for events, logs and state. `{project}` stands for the name of the work folder. Like every " +
      "relative path it starts at the folder of this file.",
  }),
  round_timeout_s: row(seconds(1), {
    default: 1800,
    unit: "seconds",
    doc: "Longest time a round may take; then the agent is ended.",
  }),
  first_byte_timeout_s: row(seconds(0), {
    default: 0,
    unit: "seconds",
    since: "new",
    doc: "Ends a round whose agent has written nothing at all after this time. 0: off.",
  }),
  idle_timeout_s: row(seconds(0), {
    default: 0,
    unit: "seconds",
    since: "new",
    doc: "Ends a round in which for this long nothing was written and no process of it used the CPU. 0: off.",
  }),
  linger_s: row(seconds(0), {
    default: 0,
    unit: "seconds",
    since: "new",
    olderNames: [{ key: "max_grace_after_result_s", isDeprecated: false }],
    doc: "Time after the agent's last record before what still lives of the round is ended. 0: off.",
  }),
  stop_grace_s: row(seconds(0), {
    default: 5,
    unit: "seconds",
    since: "new",
    doc: "Time between asking the processes of a round to end (SIGTERM) and ending them (SIGKILL).",
  }),
  cancel_grace_s: row(seconds(0), {
    default: 30,
    unit: "seconds",
    since: "new",
    doc:
      "Time that `cancel` leaves the agent to finish by itself (SIGINT) before the processes of the round are ended.",
  }),
  restart_delay_s: row(seconds(1), {
    default: 3,
    unit: "seconds",
    doc: "Pause between rounds.",
  }),
  max_rounds: row(whole(1), {
    default: null,
    unit: "rounds",
    example: "10",
    doc: "Rounds after which `serve` leaves; absent: no bound.",
  }),
  stop_file: row(pathText, {
    default: null,
    example: '"./STOP"',
    doc: "`serve` leaves after the running round when this file exists.",
  }),
  transient_error_action: row(oneOf(["back_off", "skip", "stop"]), {
    default: "back_off",
    olderNames: [{ key: "rate_limit_action", isDeprecated: true }],
    doc: "What to do when the provider limits or fails: wait, go on at once, or leave.",
  }),
  disable_pre_round_hooks: row(truth, {
    default: false,
    doc: "Runs no hook before a round.",
  }),
  dry_run: row(truth, {
    default: false,
    doc: "Told to hooks, which then change nothing; the agent still runs.",
  }),
  round_log_retention: row(whole(1), {
    default: 100,
    unit: "rounds",
    doc: "How many rounds' logs are kept, the newest ones.",
  }),
  round_log_max_mb: row(whole(0), {
    default: 256,
    unit: "megabytes",
    since: "new",
    doc: "Largest log of one round: its beginning and its end are kept, what lies between is cut out while the round " +
      "runs (Linux) or when it is over (elsewhere). 0: no bound.",
  }),
  round_log_overflow: row(oneOf(["keep", "kill"]), {
    default: "keep",
    since: "new",
    doc: "What happens to an agent that writes more than round_log_max_mb: it works on (`keep`), or its round is " +
      "ended (`kill`).",
  }),
  disk_floor_mb: row(whole(0), {
    default: 200,
    unit: "megabytes",
    since: "new",
    doc: "Ends a round when the disk of the work folder or of the log folder has less room left than this, so that " +
      "its work can still be saved. 0: off.",
  }),
  round_scope: row(oneOf(["auto", "always", "never"]), {
    default: "auto",
    since: "new",
    doc: "Whether a round runs in a scope (cgroup) of its own, in which nothing it starts can be lost. `auto`: where " +
      "the user's systemd answers and outlives the login, or a limit is set.",
  }),
  round_memory_max_mb: row(whole(16), {
    default: null,
    unit: "megabytes",
    since: "new",
    example: "4096",
    doc: "Most memory the processes of a round may use together; the kernel ends what asks for more. Needs a scope.",
  }),
  round_tasks_max: row(whole(16), {
    default: null,
    since: "new",
    example: "1024",
    doc: "Most processes and threads a round may have at a time. Needs a scope.",
  }),
  events_retention_months: row(whole(0), {
    default: 0,
    unit: "months",
    since: "new",
    doc: "How many months of events and metrics are kept. 0: all.",
  }),
  grace_kill_ignore_patterns: row(patternList, {
    default: [],
    example: "['\\.claude/shell-snapshots/']",
    doc: "Command lines of processes that do not count as work still going on after the agent's last record.",
  }),
  narrative_file: row(pathText, {
    default: null,
    example: '"./narrative.md"',
    doc: "A file the agent keeps for people to read; it is only shown.",
  }),
  substrate_fingerprint_paths: row(globList, {
    default: [],
    example: '["AGENTS.md", "docs/**/*.md"]',
    doc: "Files whose change from round to round is recorded.",
  }),
  fresh_eyes_every_n: row(whole(1), {
    default: null,
    unit: "rounds",
    example: "5",
    doc: "Every so many rounds the agent is told to look at the project as if for the first time.",
  }),
};
