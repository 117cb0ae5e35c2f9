// The words of telling a person who is away: what can be told, and through what.
import type { Severity } from "./alert.ts";

/** Ways on which a notice can go. */
export const sinkKinds = [
  "ntfy",
  "slack",
  "discord",
  "telegram",
  "webhook",
  "email",
  "desktop",
  "exec",
] as const;

export type SinkKind = (typeof sinkKinds)[number];

/** What a notice can be about. */
export const noticeTopics = [
  "stopped",
  "done",
  "human",
  "breaker",
  "limit",
  "budget",
  "stall",
  "hung",
  "salvage",
  "alert",
  "upgrade",
] as const;

export type NoticeTopic = (typeof noticeTopics)[number];

/** One thing worth telling, in words that hold wherever it is read. */
export interface Notice {
  /** The same happening has the same key: what is told again within a while says nothing new. */
  readonly key: string;
  /** Keys of what has no news for whoever was told this. */
  readonly covers: readonly string[];
  /** Having been told under this key, one knows it already; null: nothing else tells it. */
  readonly coveredBy: string | null;
  readonly topic: NoticeTopic;
  readonly severity: Severity;
  /** Somebody has to act: it may come at night. */
  readonly isUrgent: boolean;
  /** Kind of the event that it is made from. */
  readonly event: string;
  /** Epoch milliseconds of that event. */
  readonly at: number;
  /** A few words, without a full stop. */
  readonly title: string;
  /** What happened. */
  readonly what: string;
  /** What to do about it; null when nothing is to be done. */
  readonly fix: string | null;
  /** What the last round came to; null when none is known. */
  readonly lastChange: string | null;
  /** What keeps the work from going on; null when nothing does. */
  readonly blocker: string | null;
  /** What comes next, without the time. */
  readonly next: string;
  /** Epoch seconds at which that is; null when no time is known. */
  readonly nextAt: number | null;
  /** Seconds that the loop is going to wait, where the notice is about that: not everybody wants to know of short waits. */
  readonly waitSeconds: number | null;
}

/** Minutes after midnight; from the first to the second, over midnight when the first is the later one. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
}

/** `22:00-07:00` as minutes; null when it is none, or an empty span. */
export function parseQuietHours(text: string): QuietHours | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (found === null) return null;
  const [, fromHour, fromMinute, untilHour, untilMinute] = found.map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const hours = { from: fromHour * 60 + fromMinute, until: untilHour * 60 + untilMinute };
  return hours.from === hours.until ? null : hours;
}
