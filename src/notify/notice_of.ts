// Makes of an event what a person who is away should hear of it, or nothing.
import type { RecordedEvent } from "../core/event_payload.ts";
import type { Notice } from "../core/notice.ts";
import type { Sayer } from "./saying.ts";
import { loopSayings } from "./sayings_loop.ts";
import { witnessSayings } from "./sayings_witness.ts";
import { spellLastChange } from "./scene.ts";
import type { Scene } from "./scene.ts";

const untilStarted = "nothing, until somebody starts it again";

const sayers: Readonly<Record<string, Sayer>> = { ...loopSayings, ...witnessSayings };

/** Kinds of events of which anything is told. */
export const toldKinds: readonly string[] = Object.keys(sayers);

/** The notice that an event gives. @param scene with this event in it */
export function noticeOf(event: RecordedEvent, scene: Scene): Notice | null {
  const sayer = Object.hasOwn(sayers, event.event) ? sayers[event.event] : undefined;
  const saying = sayer?.(event, scene) ?? null;
  const at = Date.parse(event.ts);
  if (saying === null || Number.isNaN(at)) return null;
  const waits = scene.state === "waiting" && !saying.isEnd;
  const isHeld = scene.pause !== null && !saying.isEnd && (scene.state === "waiting" || scene.state === "between");
  return {
    key: `${saying.topic}:${saying.title}:${saying.apart ?? ""}`,
    covers: (saying.detectors ?? []).map((name) => `detector:${name}`),
    coveredBy: saying.coveredBy ?? null,
    topic: saying.topic,
    severity: saying.severity,
    isUrgent: saying.isUrgent ?? saying.severity === "critical",
    event: event.event,
    at,
    title: saying.title,
    what: saying.what,
    fix: saying.fix ?? null,
    lastChange: spellLastChange(scene),
    blocker: saying.blocker ?? (waits ? scene.waitsFor : null),
    next: saying.isEnd ? untilStarted : nextIn(scene),
    nextAt: isHeld ? scene.pause!.until : waits ? scene.waitsUntil : null,
    waitSeconds: saying.waitSeconds ?? null,
  };
}

function nextIn(scene: Scene): string {
  switch (scene.state) {
    case "running":
      return `round ${scene.round?.number ?? "?"} is at work${scene.pause === null ? "" : ", then the loop is paused"}`;
    case "waiting":
    case "between":
      if (scene.pause === null) return "the next round";
      return scene.pause.until === null ? "nothing, until 'agent-runner resume'" : "the next round, after the pause";
    case "stopped":
      return untilStarted;
    case "unknown":
      return "not known";
    default:
      return scene.state satisfies never;
  }
}
