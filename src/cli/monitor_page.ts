// Spells alerts: lines for people as the predecessor wrote them, and one JSON object each for programs.
import type { Alert, Severity } from "../core/alert.ts";
import { isoTime, spellDuration, visible } from "../core/text.ts";
import { visibleLines } from "./print.ts";
import type { Paint } from "./print.ts";

const tags: Readonly<Record<Severity, string>> = { info: "[OK]", warning: "[WARN]", critical: "[CRIT]" };

export interface AlertLook {
  /** The host as the operator named it; null for this machine. */
  readonly host: string | null;
  readonly paint: Paint;
}

/** `[WARN] <detector> — <message>`; below it, while it lasts, what to do about it and the command to look with. */
export function spellAlert(alert: Alert, { host, paint }: AlertLook): string {
  const { severity, state, fix, look } = alert;
  const isOver = state === "resolved";
  const tag = isOver || severity === "info"
    ? paint.green(tags.info)
    : severity === "warning"
    ? paint.yellow(tags.warning)
    : paint.red(tags.critical);
  const place = host === null ? "" : `${visible(host)}: `;
  const lines = [`${tag} ${place}${visible(alert.detector)} — ${visible(sentenceOf(alert))}`];
  if (!isOver && fix !== null) lines.push(`  ${paint.dim("fix:")} ${visible(fix)}`);
  if (!isOver && look !== null) lines.push(`  ${paint.dim("look:")} ${visible(look)}`);
  return lines.join("\n");
}

function sentenceOf({ state, message, raisedAt, at }: Alert): string {
  const lasted = spellDuration(Math.max(0, (at - raisedAt) / 1000));
  switch (state) {
    case "raised":
      return message;
    case "repeated":
      return `${message} (still so, told first at ${isoTime(raisedAt)})`;
    case "resolved":
      return `over after ${lasted}: ${message}`;
    default:
      return state satisfies never;
  }
}

/** One line; the first six keys are the predecessor's. */
export function spellAlertJson(alert: Alert, host: string | null): string {
  const { severity, detector, message, context, action, state, identity, fix, look } = alert;
  const predecessors = { severity, detector, message, context, ts: isoTime(alert.at), auto_action: action };
  const raised_ts = isoTime(alert.raisedAt);
  return visibleLines(JSON.stringify({ ...predecessors, state, identity, host, fix, look, raised_ts }));
}
