// The keys of [monitor], [phases] and [plugins]: what is watched, how rounds take turns, what is switched off.
import { freeText, nameList, pathList, patternList, percent, seconds, truth, whole } from "./kinds.ts";
import { row } from "./row.ts";
import { detectorRows } from "./schema_detectors.ts";

const authFailPattern = "\\b(?:oauth|unauthorized|401|api[ _]key|auth(?:entication)?\\s+(?:failed|error|expired)" +
  "|session\\b.*\\bexpired)\\b";

export const monitorRows = {
  auth_fail_patterns: row(patternList, {
    default: [authFailPattern],
    doc: "What a failed login looks like in an agent's last lines; upper and lower case are the same.",
  }),
  auth_fail_hint: row(freeText, {
    default: "",
    example: '"Log in again: claude /login"',
    doc: "What to do about it, shown with the alert.",
  }),
  auto_stop_on: row(nameList, {
    default: ["oauth_fail", "disk_critical"],
    doc: "Detectors whose alert stops the supervisor.",
  }),
  remote_failure_tolerance_s: row(whole(0, 3600), {
    default: 90,
    unit: "seconds",
    doc: "How long a watched host may be out of reach before that is an error. 0: at once.",
  }),
  anomaly_repetitive_window: row(whole(0), {
    default: 0,
    doc: "Among how many of the newest tool calls repetition is looked for. 0: off.",
  }),
  anomaly_repetitive_threshold: row(whole(0), {
    default: 0,
    doc: "How many equal calls among them are too many. 0: off.",
  }),
  round_progress_interval_s: row(seconds(0), {
    default: 0,
    unit: "seconds",
    doc: "How often the progress of a running round is recorded. 0: never.",
  }),
  supervisor_stale_threshold_s: row(seconds(0), {
    default: null,
    unit: "seconds",
    example: "3600",
    doc: "Silence after which the supervisor counts as stuck; absent: one and a half times `round_timeout_s`. 0: off.",
  }),
  repeat_after_s: row(seconds(0), {
    default: 3600,
    unit: "seconds",
    since: "new",
    doc: "An alert that lasts is told again after so long. 0: only once.",
  }),
  host_health: {
    mem_avail_min_mb: row(whole(0), {
      default: 200,
      unit: "megabytes",
      doc: "Less available memory than this raises an alert.",
    }),
    disk_warning_pct: row(percent, {
      default: 90,
      unit: "percent",
      doc: "A disk this full raises a warning.",
    }),
    disk_critical_pct: row(percent, {
      default: 95,
      unit: "percent",
      doc: "A disk this full raises a critical alert.",
    }),
  },
  ...detectorRows,
};

export const phasesRows = {
  list: row(nameList, {
    default: [],
    example: '["plan", "build", "review"]',
    doc: "Phases that take turns, one a round. Empty: no phases.",
  }),
};

/** What `[phases.<name>]` may change for the rounds of one phase. */
export const phaseRows = {
  round_timeout_s: row(seconds(1), {
    default: null,
    unit: "seconds",
    example: "3600",
    doc: "`runtime.round_timeout_s` for this phase.",
  }),
  disable_pre_round_hooks: row(truth, {
    default: null,
    example: "true",
    doc: "`runtime.disable_pre_round_hooks` for this phase.",
  }),
  prompt: {
    files: row(pathList, {
      default: null,
      example: '["./prompts/review.md"]',
      doc: "The prompt of this phase instead of that of `[prompt]`.",
    }),
  },
};

export const pluginsRows = {
  disable: row(nameList, {
    default: [],
    example: '["noisy-hook"]',
    doc:
      "Names of hooks and detectors that are switched off. Other keys of this table are handed to hooks as they are.",
  }),
};
