// The life of alerts: raised, told again while they last, resolved, and raised anew; pure in claims, memory and time.
import { alertActions, severities } from "../core/alert.ts";
import type { Alert, Finding } from "../core/alert.ts";
import { isObject } from "../store/json_file.ts";
import { rank } from "./examine.ts";
import type { Claim } from "./examine.ts";

/** What is known of one alert while it lasts. Times are epoch milliseconds. */
export interface OpenAlert extends Claim {
  readonly raisedAt: number;
  /** When it was told last. */
  readonly toldAt: number;
}

/** What a look comes to: what is to be told, in its order, and what to remember for the next one. */
export interface Lives {
  readonly alerts: readonly Alert[];
  readonly open: readonly OpenAlert[];
}

export interface LifeOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** 0: an alert is told once. */
  readonly repeatAfterSeconds: number;
  /** Nothing could be seen: what is not claimed is not over. */
  readonly isBlind: boolean;
}

const mostOpen = 200;
const longestText = 1000;

/**
 * What is to be told of the claims of one look. A claim is known by its detector and its identity, never by its wording;
 * one that became worse is raised again.
 */
export function liveOn(claims: readonly Claim[], before: readonly OpenAlert[], options: LifeOptions): Lives {
  const { now } = options;
  const known = new Map(before.map((alert) => [keyOf(alert), alert]));
  const claimed = new Set<string>();
  const alerts: Alert[] = [];
  const open: OpenAlert[] = [];
  for (const claim of claims) {
    const key = keyOf(claim);
    if (claimed.has(key)) continue;
    const earlier = known.get(key);
    // What cannot be remembered would be raised at every look.
    if (earlier === undefined && open.length >= mostOpen) continue;
    claimed.add(key);
    const state = earlier === undefined ? "raised" : stateOf(claim, earlier, options);
    const raisedAt = earlier?.raisedAt ?? now;
    // A clock that was set back must not silence an alert until it is there again.
    open.push({ ...claim, raisedAt, toldAt: state === null ? Math.min(earlier!.toldAt, now) : now });
    if (state !== null) alerts.push(alertOf(claim, { state, raisedAt, now }));
  }
  const missing = before.filter((alert) => !claimed.has(keyOf(alert)));
  for (const alert of missing.toSorted((a, b) => a.raisedAt - b.raisedAt)) {
    if (options.isBlind) open.push(alert);
    else alerts.push(alertOf({ ...alert, action: "none" }, { state: "resolved", raisedAt: alert.raisedAt, now }));
  }
  return { alerts, open };
}

function stateOf(claim: Claim, earlier: OpenAlert, options: LifeOptions): Alert["state"] | null {
  if (rank(claim.finding.severity) > rank(earlier.finding.severity)) return "raised";
  const { now, repeatAfterSeconds } = options;
  const isDue = repeatAfterSeconds > 0 && now - earlier.toldAt >= repeatAfterSeconds * 1000;
  return isDue ? "repeated" : null;
}

function keyOf({ detector, isHook, finding }: Claim): string {
  return JSON.stringify([isHook, detector, finding.identity]);
}

function alertOf(
  { detector, action, finding }: Claim,
  life: { readonly state: Alert["state"]; readonly raisedAt: number; readonly now: number },
): Alert {
  return { ...finding, detector, action, state: life.state, raisedAt: life.raisedAt, at: life.now };
}

/** The open alerts as a value for a file, so that a monitor that begins again tells nothing twice. */
export function storedAlerts(open: readonly OpenAlert[]): Readonly<Record<string, unknown>> {
  return {
    alerts: open.map(({ detector, isHook, action, finding, raisedAt, toldAt }) => ({
      detector,
      is_hook: isHook,
      action,
      ...finding,
      raised_at: raisedAt,
      told_at: toldAt,
    })),
  };
}

/** The open alerts out of such a value, whatever it is. What is not of the right type is left out. */
export function restoredAlerts(value: unknown): readonly OpenAlert[] {
  const rows = isObject(value) && Array.isArray(value["alerts"]) ? value["alerts"] : [];
  const restored = new Map<string, OpenAlert>();
  for (const row of rows.slice(0, mostOpen)) {
    const alert = isObject(row) ? restoredAlert(row) : null;
    if (alert !== null) restored.set(keyOf(alert), alert);
  }
  return [...restored.values()];
}

function restoredAlert(row: Readonly<Record<string, unknown>>): OpenAlert | null {
  const { detector, is_hook: isHook, identity, message, context, fix, look } = row;
  const { raised_at: raisedAt, told_at: toldAt } = row;
  const severity = severities.find((known) => known === row["severity"]);
  const action = alertActions.find((known) => known === row["action"]);
  if (severity === undefined || action === undefined || typeof isHook !== "boolean" || !isObject(context)) return null;
  if (!isText(detector) || !isText(identity) || !isText(message)) return null;
  if (!isTextOrNull(fix) || !isTextOrNull(look) || !isMoment(raisedAt) || !isMoment(toldAt)) return null;
  const finding: Finding = { identity, severity, message, context, fix, look };
  return { detector, isHook, action, finding, raisedAt, toldAt };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestText;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}

function isMoment(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
