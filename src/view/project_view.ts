// The read-only picture of a project: everything it shows comes from files, and each read has a bound.
import type { Defense } from "../core/defense.ts";
import { eventKinds } from "../core/event.ts";
import { joinPath } from "../core/path.ts";
import { viewSchemaVersion } from "../core/view.ts";
import type { DefenseView, PluginsView, ProjectView, SystemView } from "../core/view.ts";
import { activeHooks } from "../config/active_hooks.ts";
import type { Config } from "../config/schema.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { EventSource } from "../ports/records.ts";
import { readJsonObject } from "../store/json_file.ts";
import { lastMetrics } from "../store/metrics.ts";
import { numberField } from "./field.ts";
import { readRecentRounds } from "./recent_rounds.ts";
import { readRoundView } from "./round_view.ts";
import { holderStartedAt, lockPath, readHolder, readNow, readService } from "./service_view.ts";

const rareReachBytes = 2 * 1024 * 1024;
const newestReachBytes = 256 * 1024;
const failuresShown = 10;
const blipsShown = 5;

export interface ProjectQuestion {
  readonly config: Config;
  readonly files: Files;
  readonly events: EventSource;
  readonly lock: Lock;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly defenses: readonly Defense<Config>[];
  /** Names of the witness's detectors. */
  readonly detectors?: readonly string[];
  /** How many of the newest events to show; default 0. */
  readonly eventCount?: number;
  /** The round to show in detail. */
  readonly round?: number | "latest";
  readonly wantsLog?: boolean;
}

/** Reads the whole document. Rejects with `FileFault` when the log folder may not be read. */
export async function readProjectView(question: ProjectQuestion): Promise<ProjectView> {
  const { config, files, events, now } = question;
  const logDir = config.runtime.logDir;
  // Asked first and awaited late: on older runtimes a lock that is held takes a moment to tell.
  const isHeld = question.lock.isHeld(lockPath(logDir));
  const status = readJsonObject(files, joinPath(logDir, "status.json")) ?? {};
  const recentRounds = readRecentRounds(events);
  const rare = events.query({ kinds: ["hook_failed", "agent_network_blip"], limit: null, maxBytes: rareReachBytes });
  const ofKind = (kind: string, count: number) =>
    rare.lines.flatMap(({ event }) => event.event === kind ? [event] : []).slice(-count);
  const newest = events.query({ kinds: null, limit: null, maxBytes: newestReachBytes });
  const system = systemOf(lastMetrics(files, logDir));
  const orphan = readJsonObject(files, joinPath(logDir, "orphan-state.json"));
  const isActive = await isHeld;
  const holder = isActive ? readHolder(files, logDir) : null;
  const roundQuestion = { files, events, logDir, wantsLog: question.wantsLog ?? false, status, isActive, now };
  return {
    schema_version: viewSchemaVersion,
    plugins: pluginsOf(config, question.detectors ?? []),
    project: config.project,
    status,
    defenses: question.defenses.map((defense) => defenseView(defense, config)),
    current_round: question.round === undefined
      ? null
      : await readRoundView({ ...roundQuestion, round: question.round }),
    recent_rounds: recentRounds,
    orphan,
    system,
    service: readService({ files, logDir, now }, { isActive, holder }),
    recent_events: newestEvents(question),
    recent_hook_failures: ofKind("hook_failed", failuresShown),
    recent_blips: ofKind("agent_network_blip", blipsShown),
    now: readNow({ now, events }, { isActive, status }),
    bad_lines: newest.badLines,
    config_file: config.file,
    config_changed: isActive ? changedSince(files, { path: config.file, at: holderStartedAt(holder) }) : null,
  };
}

function newestEvents({ events, eventCount = 0 }: ProjectQuestion) {
  return eventCount <= 0 ? [] : events.query({ kinds: null, limit: eventCount }).lines.map((line) => line.event);
}

function pluginsOf(config: Config, detectors: readonly string[]): PluginsView {
  return {
    event_kinds: Object.keys(eventKinds).sort(),
    context_enrichers: activeHooks(config, "round_context").map(({ name }) => name),
    detectors: detectors.toSorted(),
    pre_round_hooks: activeHooks(config, "round_before").map(({ name }) => name),
    post_round_hooks: activeHooks(config, "round_after").map(({ name }) => name),
    owned_paths: config.vcs.ownedPaths,
    disabled: config.plugins.disable,
  };
}

function defenseView(defense: Defense<Config>, config: Config): DefenseView {
  const { value, state, reason } = defense.describe(config);
  const { name, incident, guardedBy } = defense;
  return { name, value, codifies: incident, guarded_by: guardedBy, current_state: state, reason: reason ?? null };
}

function systemOf(sample: Readonly<Record<string, unknown>> | null): SystemView {
  return {
    mem_total_mb: numberField(sample, "mem_total_mb") ?? 0,
    mem_available_mb: numberField(sample, "mem_available_mb") ?? 0,
    disk_used_pct: numberField(sample, "disk_used_pct") ?? 0,
    disk_free_gb: numberField(sample, "disk_free_gb") ?? 0,
    load_1m: numberField(sample, "load_1m"),
    cpu_pct: numberField(sample, "cpu_pct"),
    agent_process_count: numberField(sample, "agent_process_count") ?? 0,
  };
}

function changedSince(files: Files, file: { readonly path: string; readonly at: number | null }): boolean | null {
  const modifiedAt = files.stat(file.path)?.modifiedAt;
  return modifiedAt === undefined || file.at === null ? null : modifiedAt > file.at;
}
