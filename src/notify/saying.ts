// What one event says to a person, before it is known where things stand.
import { severities } from "../core/alert.ts";
import type { Severity } from "../core/alert.ts";
import type { RecordedEvent } from "../core/event_payload.ts";
import type { NoticeTopic } from "../core/notice.ts";
import type { Scene } from "./scene.ts";

/** What one event says; the rest of the notice follows from where things stand. */
export interface Saying {
  readonly topic: NoticeTopic;
  readonly severity: Severity;
  /** Absent: as `severity` is critical. */
  readonly isUrgent?: boolean;
  /** What tells it apart from others of its kind; not the moment, and not the number of a round. */
  readonly apart?: string;
  /** Detectors that would say the same. */
  readonly detectors?: readonly string[];
  readonly coveredBy?: string;
  readonly title: string;
  readonly what: string;
  readonly fix?: string | null;
  readonly blocker?: string | null;
  /** The loop has ended, or is about to. */
  readonly isEnd?: boolean;
  readonly waitSeconds?: number;
}

/** Makes a saying of an event, or nothing. */
export type Sayer = (event: RecordedEvent, scene: Scene) => Saying | null;

/** Writes a saying down. */
export function say(topic: NoticeTopic, severity: Severity, words: Omit<Saying, "topic" | "severity">): Saying {
  return { topic, severity, ...words };
}

/** What an event gives for its severity; `warning` where that is none. */
export function severityOf(event: RecordedEvent): Severity {
  return severities.find((severity) => severity === event.severity) ?? "warning";
}
