// What a reader of the events knows of the work at a moment: notices say where things stand, not only what happened.
import type { RecordedEvent } from "../core/event_payload.ts";
import { clip } from "../core/text.ts";

/** What a round changed, in words. */
export interface SceneRound {
  readonly number: number;
  readonly verdict: string | null;
  /** Null while it is not known. */
  readonly change: string | null;
}

/** Plain values alone: it is kept in a file. */
export interface Scene {
  readonly state: "unknown" | "running" | "between" | "waiting" | "stopped";
  /** The round that runs, or ran last. */
  readonly round: SceneRound | null;
  /** The last round that changed something; null when none is known. */
  readonly lastChanged: SceneRound | null;
  /** Epoch seconds at which a wait ends; null when none is known. */
  readonly waitsUntil: number | null;
  /** What is waited for. */
  readonly waitsFor: string | null;
  /** The operator wants no further round, until then (epoch seconds) or until `resume`; null: rounds may begin. */
  readonly pause: { readonly until: number | null } | null;
  /** The proof agreed with the agent's last "done". */
  readonly isDoneProven: boolean;
}

export const emptyScene: Scene = {
  state: "unknown",
  round: null,
  lastChanged: null,
  waitsUntil: null,
  waitsFor: null,
  pause: null,
  isDoneProven: false,
};

const longestText = 400;
const shaLength = 7;

/** The scene once an event is known. Events of any form are taken: what is missing in them changes nothing. */
export function sceneAfter(scene: Scene, event: RecordedEvent): Scene {
  const awake = { waitsUntil: null, waitsFor: null } as const;
  switch (event.event) {
    case "serve_started":
      return { ...scene, state: "between", isDoneProven: false };
    case "round_start": {
      const number = numberIn(event, "round_num");
      const round = number === null ? scene.round : { number, verdict: null, change: null };
      return { ...scene, ...awake, state: "running", round };
    }
    case "agent_exit":
    case "round_end":
      return { ...scene, state: "between" };
    case "round_verdict":
      return withRound({ ...scene, state: "between" }, event, { verdict: textIn(event, "verdict") });
    case "round_changes":
      return withRound(scene, event, { change: spellChange(event) });
    case "transient_error_detected":
      return waiting(scene, { until: numberIn(event, "reset_at_epoch"), what: textIn(event, "classification") });
    case "transient_error_backoff_capped":
      return waiting(scene, {
        until: numberIn(event, "applied_reset_at_epoch"),
        what: textIn(event, "classification"),
      });
    case "budget_reached":
      return waiting(scene, { until: numberIn(event, "until_epoch"), what: "budget" });
    case "transient_error_recovered":
    case "retry_requested":
      return { ...scene, ...awake, state: "between" };
    case "paused":
      return { ...scene, pause: { until: numberIn(event, "until_epoch") } };
    case "resumed":
      return { ...scene, pause: null };
    case "done_verified":
      return { ...scene, isDoneProven: true };
    case "serve_stopped":
      return { ...scene, state: "stopped" };
    default:
      return scene;
  }
}

/** What the last rounds came to, in one sentence; null when nothing is known of them. */
export function spellLastChange({ round, lastChanged }: Scene): string | null {
  if (round === null) return null;
  const verdict = round.verdict === null ? "" : ` (${round.verdict})`;
  const own = `round ${round.number}${verdict}: ${round.change ?? "not known yet"}`;
  if (lastChanged === null || lastChanged.number === round.number) return own;
  return `${own}; before that round ${lastChanged.number}: ${lastChanged.change}`;
}

/** A text of an event without its line breaks; null when there is none. */
export function textIn(event: RecordedEvent, field: string): string | null {
  const value = event[field];
  if (typeof value !== "string") return null;
  const line = value.replaceAll(/\s+/g, " ").trim();
  return line === "" ? null : clip(line, longestText);
}

/** A number of an event; null when there is none. */
export function numberIn(event: RecordedEvent, field: string): number | null {
  const value = event[field];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function waiting(
  scene: Scene,
  { until, what }: { readonly until: number | null; readonly what: string | null },
): Scene {
  return { ...scene, state: "waiting", waitsUntil: until !== null && until > 0 ? until : null, waitsFor: what };
}

function withRound(scene: Scene, event: RecordedEvent, news: Partial<Omit<SceneRound, "number">>): Scene {
  const number = numberIn(event, "round_num");
  if (number === null) return scene;
  const known = scene.round?.number === number ? scene.round : { number, verdict: null, change: null };
  const round = { ...known, ...news };
  const hasChanged = event.event === "round_changes" && event.change === "some";
  return {
    ...scene,
    round,
    lastChanged: hasChanged || scene.lastChanged?.number === number ? round : scene.lastChanged,
  };
}

function spellChange(event: RecordedEvent): string {
  if (event.change === "none") return "nothing changed";
  if (event.change !== "some") return "what changed is not known";
  const commits = numberIn(event, "commits");
  const files = numberIn(event, "files_changed");
  const lines = [["+", numberIn(event, "insertions")], ["-", numberIn(event, "deletions")]] as const;
  const spelled = lines.flatMap(([sign, count]) => count === null ? [] : [`${sign}${count}`]).join(" ");
  const head = textIn(event, "head_after");
  const parts = [
    ...(commits === null || commits === 0 ? [] : [counted(commits, "commit")]),
    ...(files === null ? [] : [`${counted(files, "file")} changed${spelled === "" ? "" : ` (${spelled})`}`]),
    ...(head !== null && commits !== null && commits > 0 ? [`now at ${clip(head, shaLength)}`] : []),
  ];
  return parts.length === 0 ? "something changed" : parts.join(", ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
