// What a hook is told at each point: the one description from which types, tests and the JSON Schema derive.
import * as v from "valibot";
import { alertActions, severities } from "../core/alert.ts";
import { changeKinds } from "../core/change.ts";
import { hookPoints, hookProtocol } from "../core/hook.ts";
import type { HookPoint } from "../core/hook.ts";
import { verdictKinds, waitClasses } from "../core/verdict.ts";
import { told } from "./answers.ts";

const text = v.string();
const whole = v.pipe(v.number(), v.safeInteger());
const texts = v.array(text);
const object = v.record(v.string(), v.unknown());
const perhaps = { text: v.nullable(text), number: v.nullable(v.number()) };

const shared = {
  hook: told(text, "Name of the hook in the configuration."),
  project: told(text, "Name of the project: that of its work folder."),
  work_dir: told(text, "The work folder, absolute; the hook runs in it."),
  log_dir: told(text, "The log folder, absolute."),
  config_file: told(text, "The configuration file, absolute."),
  dry_run: told(v.boolean(), "The hook shall change nothing."),
  agent: told(
    v.object({
      name: told(text, "As people see it: `[agent] name`, else the name of its executable."),
      binary: told(text, "Name of its executable, such as `claude`: the field to decide by."),
    }),
    "The agent whose turn it is.",
  ),
  config: told(
    v.object({
      vcs: told(
        v.object({
          dirty_action: told(text, "`stash`, `auto_commit` or `ignore`."),
          stash_idempotency_s: told(v.number(), "Seconds."),
        }),
        "The keys of `[vcs]` that say what becomes of uncommitted work.",
      ),
      monitor: told(
        v.object({
          anomaly_repetitive_window: told(v.number(), "How many calls are looked at; 0: off."),
          anomaly_repetitive_threshold: told(v.number(), "How many equal ones are too many; 0: off."),
        }),
        "The keys of `[monitor]` on repeated tool calls.",
      ),
      plugins: told(object, "All keys of `[plugins]` but `disable`, as written: the place for a hook's own settings."),
    }),
    "The part of the configuration that concerns hooks.",
  ),
};

const round = {
  round_num: told(whole, "Number of the round."),
  round_id: told(text, "UUID of the round; its processes carry it as AGENT_RUNNER_ROUND_ID."),
  phase: told(perhaps.text, "Phase of the round; null when there are no phases."),
  started_at: told(text, "When the round began, ISO 8601 in UTC."),
  log_path: told(text, "The agent's output, absolute; before the round that file does not exist yet."),
};

const usage = v.object({
  model: told(text, "The model that was used."),
  input_tokens: told(v.number(), "Tokens read, without those from a cache."),
  output_tokens: told(v.number(), "Tokens written, without those of reasoning where they are told apart."),
  reasoning_tokens: told(v.number(), "Tokens of reasoning."),
  cached_tokens: told(v.number(), "Tokens read from a cache."),
  cache_creation_tokens: told(v.number(), "Tokens written to a cache."),
  cost_usd: told(perhaps.number, "What it cost, in USD, as the agent reports it."),
  duration_ms: told(v.number(), "Milliseconds the agent worked."),
  tool_call_count: told(v.number(), "How many tools were called."),
});

const changes = v.object({
  change: told(v.picklist(changeKinds), "`unknown`: it cannot be told, which is not the same as `none`."),
  head_before: told(perhaps.text, "SHA of the commit before; null when there was none or it is not known."),
  head_after: told(perhaps.text, "SHA of the commit after."),
  commits: told(perhaps.number, "Commits by which HEAD moved on; null when that is not known."),
  files_changed: told(perhaps.number, "Files that differ, committed or not; null when that is not known."),
  insertions: told(perhaps.number, "Lines added in them."),
  deletions: told(perhaps.number, "Lines taken away in them."),
  reason: told(perhaps.text, "Why it is unknown; else null."),
});

const result = v.object({
  round_num: told(whole, "As above."),
  phase: told(perhaps.text, "As above."),
  started_at: told(text, "As above."),
  ended_at: told(text, "When the round ended, ISO 8601 in UTC."),
  duration_s: told(v.number(), "How long the agent ran."),
  exit_code: told(whole, "The agent's exit code; minus the signal's number after a death by signal."),
  exit_cause: told(text, "`clean`, `error`, `timeout` or `signal:<NAME>`."),
  ending: told(text, "How the agent's process ended, such as `exited` or `timed_out`."),
  timed_out: told(v.boolean(), "A time limit ended the round."),
  killed_for_grace: told(v.boolean(), "It was ended because it did not leave after its last record."),
  verdict: told(v.picklist(verdictKinds), "What really happened, in one word."),
  summary: told(text, "The same in one sentence."),
  evidence: told(
    v.array(v.object({
      record: told(text, "Which record of the agent's output."),
      field: told(text, "Which of its fields."),
      value: told(text, "What stood there, with secrets masked."),
    })),
    "What the verdict rests on.",
  ),
  resets_at: told(perhaps.number, "Epoch seconds at which the provider says a limit ends."),
  retry_after_s: told(perhaps.number, "Seconds the provider asks to wait."),
  wait_class: told(v.nullable(v.picklist(waitClasses)), "What kind of limit or fault the agent's output told of."),
  needs_human: told(v.boolean(), "Only a person can mend it."),
  usage: told(v.nullable(usage), "What the round used; null when the agent's output does not tell."),
  estimated_cost_usd: told(perhaps.number, "By the table of prices, where the agent does not report its cost."),
  session_id: told(perhaps.text, "The agent's session."),
  agent_version: told(perhaps.text, "Version of the agent's CLI."),
  log_path: told(text, "As above."),
  last_lines: told(text, "The agent's last lines, with secrets masked."),
  dirty_files: told(texts, "Paths that were left uncommitted, at most 1,000."),
  dirty_outcome: told(
    v.nullable(v.picklist(["stashed", "committed", "ignored"])),
    "What became of them; null when there were none or nothing was done.",
  ),
  changes: told(changes, "What the round changed below the work folder, as its agent left it."),
  unchanged_rounds: told(whole, "How many `ok` rounds in a row changed nothing, this one included."),
  stashed: told(v.boolean(), "They were stashed."),
  salvaged_ref: told(perhaps.text, "SHA of the commit that holds them."),
  leftovers_ended: told(whole, "Processes beside the agent's own that were ended with the round."),
});

const alert = v.object({
  detector: told(text, "Who says so: a detector, or a hook at `monitor_detect`."),
  state: told(v.picklist(["raised", "repeated", "resolved"]), "Where in its life it is."),
  severity: told(v.picklist(severities), "How bad it is."),
  message: told(text, "What is wrong, in one sentence, with secrets masked."),
  identity: told(text, "Tells apart what may be wrong at the same time; empty where there is only one."),
  host: told(perhaps.text, "The host that is watched, as it was named; null for this machine."),
  auto_action: told(v.picklist(alertActions), "What is done about it: `stop_service` has the service stopped."),
  context: told(object, "Figures behind the sentence."),
  fix: told(perhaps.text, "What to do about it."),
  look: told(perhaps.text, "A command that shows more."),
  ts: told(text, "When this was told, UTC."),
  raised_ts: told(text, "When it was raised, UTC."),
});

/** Requests by point. */
export const requestSchemas = {
  serve_start: v.object(commonOf("serve_start")),
  round_before: v.object({
    ...commonOf("round_before"),
    ...round,
    prompt_files: told(texts, "The files of the prompt of this round, absolute; the hook may change them."),
  }),
  round_context: v.object({
    ...commonOf("round_context"),
    ...round,
    context: told(object, "What the agent is told already, as in round-context.json."),
  }),
  round_dirty: v.object({
    ...commonOf("round_dirty"),
    ...round,
    files: told(texts, "Paths with uncommitted work, relative to the work folder, at most 1,000."),
    files_total: told(whole, "How many there are."),
    head: told(perhaps.text, "SHA of the commit the tree stands on; null when there is none."),
  }),
  round_after: v.object({
    ...commonOf("round_after"),
    ...round,
    result: told(result, "What came of the round."),
  }),
  monitor_detect: v.object({
    ...commonOf("monitor_detect"),
    view: told(object, "The project as `agent-runner peek --json` shows it."),
  }),
  monitor_alert: v.object({
    ...commonOf("monitor_alert"),
    alert: told(alert, "The alert, as `agent-runner monitor --json` shows it."),
  }),
} as const satisfies Readonly<Record<HookPoint, v.GenericSchema>>;

function commonOf<const Point extends HookPoint>(point: Point) {
  return {
    protocol: told(v.literal(hookProtocol), "Version of this protocol."),
    point: told(v.literal(point), `Where the hook is called: one of ${hookPoints.join(", ")}.`),
    ...shared,
  };
}

/** The request of one point. */
export type Request<Point extends HookPoint> = v.InferOutput<(typeof requestSchemas)[Point]>;
