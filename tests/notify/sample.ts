// Settings, events and messages for the tests of notices.
import type { NotifySettings } from "../../src/config/schema.ts";
import { noticeTopics } from "../../src/core/notice.ts";
import type { Notice } from "../../src/core/notice.ts";
import type { RecordedEvent } from "../../src/core/event_payload.ts";
import type { Message } from "../../src/notify/spell_notice.ts";
import type { Host } from "../../src/ports/host.ts";

export const noon = Date.parse("2026-11-21T12:00:00Z");

export const settings: NotifySettings = {
  kind: "webhook",
  url: "http://127.0.0.1:9/hook",
  urlEnv: null,
  urlFile: null,
  tokenEnv: null,
  tokenFile: null,
  chat: null,
  to: null,
  from: null,
  command: null,
  topics: noticeTopics,
  minSeverity: "info",
  quietHours: null,
  urgentPasses: true,
  timeZone: "UTC",
  minWaitSeconds: 1800,
  dedupeSeconds: 3600,
  maxPerHour: 20,
  timeoutSeconds: 15,
  giveUpAfterSeconds: 259_200,
};

export const notice: Notice = {
  key: "stopped",
  covers: [],
  coveredBy: null,
  topic: "stopped",
  severity: "info",
  isUrgent: false,
  event: "serve_stopped",
  at: noon,
  title: "The loop has ended",
  what: "The stop file is there; 3 rounds completed",
  fix: null,
  lastChange: null,
  blocker: null,
  next: "nothing, until somebody starts it again",
  nextAt: null,
  waitSeconds: null,
};

export const message: Message = {
  title: "[shop] The loop has ended",
  text: "The stop file is there\nNext: nothing",
  topic: "stopped",
  severity: "info",
  isUrgent: false,
  event: "serve_stopped",
  at: noon,
  notices: 1,
  project: "shop",
  host: "pi",
};

/** An event so many seconds after noon. */
export function event(seconds: number, kind: string, fields: Readonly<Record<string, unknown>> = {}): RecordedEvent {
  return { ts: new Date(noon + seconds * 1000).toISOString(), event: kind, ...fields };
}

/** A machine of which only its name and its environment are asked. */
export function fakeHost(environment: Readonly<Record<string, string>> = {}): Host {
  return { hostName: () => "pi", environment: () => environment } as Partial<Host> as Host;
}
