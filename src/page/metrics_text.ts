// The figures in the text form that Prometheus reads: base units, and no label that could have ever more values.
import { durationBounds, labelsOf } from "../view/figure_totals.ts";
import type { WindowUse } from "../view/usage_windows.ts";
import type { Desk } from "./desk.ts";

type Labels = readonly (readonly [name: string, value: string])[];

/** One family of metrics. */
interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Rows of one project; the name of a row is that of the family and `suffix`. */
  rows(desk: Desk): readonly { readonly labels: Labels; readonly value: number; readonly suffix?: string }[];
}

/** What the metrics tell of the page itself. */
export interface PageCounts {
  readonly version: string;
  readonly streams: { readonly open: number; readonly dropped: number };
}

export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

const families: readonly Family[] = [
  counters("rounds_total", "Rounds that are on record as settled, by verdict", (desk) => desk.figures.totals.rounds),
  {
    name: "round_duration_seconds",
    type: "histogram",
    help: "How long the agent of a round ran",
    rows({ figures: { totals: { durationCounts, durationCount, durationSum } } }) {
      const buckets = durationBounds.map((bound, i) => ({
        suffix: "_bucket",
        labels: [["le", String(bound)]] as Labels,
        value: durationCounts[i] ?? 0,
      }));
      const all = { suffix: "_bucket", labels: [["le", "+Inf"]] as Labels, value: durationCount };
      const sum = { suffix: "_sum", labels: [], value: durationSum };
      return [...buckets, all, sum, { suffix: "_count", labels: [], value: durationCount }];
    },
  },
  counters("tokens_total", "Tokens of all rounds", (desk) => desk.figures.totals.tokens),
  counters("cost_usd_total", "Cost of all rounds in US dollars", (desk) => desk.figures.totals.cost),
  {
    name: "budget_used_ratio",
    type: "gauge",
    help: "Share of a budget that was used when it was told of last",
    rows: ({ sight }) =>
      (sight?.budgets ?? []).map(({ period, unit, used, allowed }) => ({
        labels: [["window", period], ["unit", unit]],
        value: allowed > 0 ? used / allowed : 1,
      })),
  },
  {
    name: "limit_utilization_ratio",
    type: "gauge",
    help: "Share of a usage window of the provider that was used at the end of the newest round",
    rows: (desk) =>
      windowsOf(desk).map(({ name, utilization }) => ({ labels: [["window", name]], value: utilization })),
  },
  {
    name: "limit_reset_timestamp_seconds",
    type: "gauge",
    help: "When a usage window of the provider is reset",
    rows: (desk) => windowsOf(desk).map(({ name, resetsAt }) => ({ labels: [["window", name]], value: resetsAt })),
  },
  gauge("breaker_state", "1 while the breaker is open", ({ sight }) => sight?.breaker ? 1 : 0),
  counters("restarts_total", "Starts of a supervisor", (desk) => desk.figures.totals.restarts),
  counter(
    "orphans_killed_total",
    "Processes that rounds left behind and that were ended",
    ({ leftoversEnded }) => leftoversEnded,
  ),
  counter("stashes_total", "Times uncommitted work was put into a git stash", ({ stashes }) => stashes),
  counter("salvages_total", "Times uncommitted work was saved under a ref of its own", ({ salvages }) => salvages),
  counter("commits_total", "Commits that rounds made", (_, { commits }) => commits),
  counter(
    "working_seconds_total",
    "Time in which agents ran in rounds that were no failure",
    (_, { workingSeconds }) => workingSeconds,
  ),
  counter(
    "waiting_seconds_total",
    "Time between rounds while a supervisor ran",
    (_, { waitingSeconds }) => waitingSeconds,
  ),
  gauge("last_progress_timestamp_seconds", "When the supervisor last wrote anything", ({ sight }) => {
    const at = sight?.supervisor.lastSignAt ?? null;
    return at === null ? null : at / 1000;
  }),
  gauge("last_round_end_timestamp_seconds", "When a round ended last", ({ figures }) => {
    const at = figures.totals.lastRoundEndAt;
    return at === null ? null : at / 1000;
  }),
  gauge("up", "1 while a supervisor holds the lock of the log folder", ({ isActive }) => isActive ? 1 : 0),
  gauge(
    "round_running",
    "1 while a round runs",
    ({ status, isActive }) => isActive && status["running"] === true ? 1 : 0,
  ),
  gauge("paused", "1 while the operator wants no further round", ({ sight }) => sight?.paused ? 1 : 0),
  gauge("wait_until_timestamp_seconds", "Until when the loop waits", ({ sight }) => sight?.waiting?.until ?? null),
  {
    name: "alerts_open",
    type: "gauge",
    help: "What is wrong at this moment, by severity",
    rows: ({ open }) =>
      ["info", "warning", "critical"].map((severity) => ({
        labels: [["severity", severity]],
        value: open.filter(({ finding }) => finding.severity === severity).length,
      })),
  },
];

/** The whole text. */
export function metricsText(desks: readonly Desk[], page: PageCounts): string {
  const lines: string[] = [
    ...head({ name: "info", type: "gauge", help: "The version that serves this page" }),
    row("info", [["version", page.version]], 1),
  ];
  for (const family of families) {
    const rows = desks.flatMap((desk) =>
      family.rows(desk).map(({ labels, value, suffix = "" }) =>
        row(`${family.name}${suffix}`, [["project", desk.project.key], ...labels], value)
      )
    );
    if (rows.length > 0) lines.push(...head(family), ...rows);
  }
  lines.push(
    ...head({ name: "page_streams", type: "gauge", help: "Readers that follow the page" }),
    row("page_streams", [], page.streams.open),
    ...head({ name: "page_streams_dropped_total", type: "counter", help: "Readers that did not keep up" }),
    row("page_streams_dropped_total", [], page.streams.dropped),
  );
  return `${lines.join("\n")}\n`;
}

function head({ name, type, help }: Pick<Family, "name" | "type" | "help">): readonly string[] {
  return [`# HELP agent_runner_${name} ${help}`, `# TYPE agent_runner_${name} ${type}`];
}

function row(name: string, labels: Labels, value: number): string {
  const text = labels.map(([label, content]) => `${label}="${escaped(content)}"`).join(",");
  const shown = Number.isFinite(value) ? String(value) : "NaN";
  return `agent_runner_${name}${text === "" ? "" : `{${text}}`} ${shown}`;
}

/** As the format asks for, and without anything a terminal obeys. */
function escaped(value: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return value.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "\ufffd").toWellFormed()
    .replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Empty for a project elsewhere: whoever collects figures does not have it looked at. */
function windowsOf({ project: { files, details } }: Desk): readonly WindowUse[] {
  const found = files === null ? "" : details.read();
  return typeof found === "string" ? [] : found.windows;
}

function counters(name: string, help: string, sumsOf: (desk: Desk) => ReadonlyMap<string, number>): Family {
  return {
    name,
    type: "counter",
    help,
    rows: (desk) => [...sumsOf(desk)].map(([key, value]) => ({ labels: labelsOf(key), value })),
  };
}

function counter(
  name: string,
  help: string,
  valueOf: (totals: Desk["figures"]["totals"], sums: Desk["figures"]["sums"]) => number,
): Family {
  const value = ({ figures }: Desk) => valueOf(figures.totals, figures.sums);
  return { name, type: "counter", help, rows: (desk) => [{ labels: [], value: value(desk) }] };
}

function gauge(name: string, help: string, valueOf: (desk: Desk) => number | null): Family {
  return {
    name,
    type: "gauge",
    help,
    rows(desk) {
      const value = valueOf(desk);
      return value === null ? [] : [{ labels: [], value }];
    },
  };
}
