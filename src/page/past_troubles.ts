// Remembers what was wrong and is over: as a monitor recorded it, or as it was seen from here.
import type { RecordedEvent } from "../core/event_payload.ts";
import { numberField } from "../view/field.ts";
import { momentOf, shortField, shortText } from "../view/sight_field.ts";
import type { OpenTrouble } from "./project.ts";

const kept = 50;
/** A monitor and this page see the same end at about the same time. */
const sameEndMs = 120_000;

/** Something that was wrong. Times are epoch milliseconds. */
export interface PastTrouble {
  readonly detector: string;
  readonly identity: string;
  readonly severity: string;
  readonly message: string;
  readonly endedAt: number;
  readonly lastedSeconds: number;
}

/** The newest of what is over. */
export class PastTroubles {
  #past: readonly PastTrouble[] = [];
  #open = new Map<string, OpenTrouble>();

  get newestFirst(): readonly PastTrouble[] {
    return this.#past.toReversed();
  }

  /** What is wrong at this moment: what was so before and is missing is over. @param now epoch milliseconds */
  takeOpen(open: readonly OpenTrouble[], now: number): void {
    const next = new Map(open.map((trouble) => [keyOf(trouble.detector, trouble.finding.identity), trouble]));
    for (const [key, { detector, finding, raisedAt }] of this.#open) {
      if (next.has(key)) continue;
      this.#add({
        detector,
        identity: finding.identity,
        severity: finding.severity,
        message: finding.message,
        endedAt: now,
        lastedSeconds: Math.max(0, (now - raisedAt) / 1000),
      });
    }
    this.#open = next;
  }

  take(event: RecordedEvent): void {
    if (event.event !== "monitor_alert_resolved") return;
    const endedAt = momentOf(event.ts);
    if (endedAt === null) return;
    this.#add({
      detector: shortField(event, "detector", 100) ?? "?",
      identity: shortField(event, "identity", 200) ?? "",
      severity: shortField(event, "severity", 20) ?? "warning",
      message: shortField(event, "message") ?? "",
      endedAt,
      lastedSeconds: Math.max(0, numberField(event, "lasted_s") ?? 0),
    });
  }

  #add(trouble: PastTrouble): void {
    const isKnown = this.#past.some(({ detector, identity, endedAt }) =>
      detector === trouble.detector && identity === trouble.identity &&
      Math.abs(endedAt - trouble.endedAt) < sameEndMs
    );
    if (isKnown) return;
    const detached = { ...trouble, message: shortText(trouble.message), identity: shortText(trouble.identity, 200) };
    this.#past = [...this.#past, detached].sort((a, b) => a.endedAt - b.endedAt).slice(-kept);
  }
}

function keyOf(detector: string, identity: string): string {
  return JSON.stringify([detector, identity]);
}
