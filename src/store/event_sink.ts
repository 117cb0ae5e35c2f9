// Writes events; a disk that is full or gone delays them, but never stops a round.
import { payloadFault } from "../core/event_payload.ts";
import { messageOf } from "../core/errors.ts";
import { redact } from "../core/redact.ts";
import { redactedRecord } from "../core/redact_record.ts";
import { isoTime } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { EventSink } from "../ports/records.ts";
import { appendLine } from "./append_line.ts";
import { eventLine } from "./event_line.ts";
import { monthPath } from "./month_files.ts";

const mostLinesKept = 1000;
const mostCharactersKept = 4 * 1024 * 1024;

interface KeptLine {
  readonly path: string;
  readonly line: string;
  isLate: boolean;
}

interface Outage {
  readonly path: string;
  readonly reason: string;
  delayed: number;
  lost: number;
}

export interface EventSinkOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly logDir: string;
  /** Told when events can no longer be written, once for each time that begins. */
  readonly onFault?: (reason: string) => void;
}

/** Opens the event log for writing; the file is made with the first event. */
export function openEventSink(options: EventSinkOptions): EventSink {
  const { files, clock, logDir } = options;
  const kept: KeptLine[] = [];
  let charactersKept = 0;
  let outage: Outage | null = null;
  let payloadNote: string | null = null;

  function keep(kind: string, payload: Readonly<Record<string, unknown>>): void {
    const now = clock.now();
    const line = eventLine(isoTime(now), kind, redactedRecord(payload, redact));
    kept.push({ path: monthPath(logDir, { kind: "events", at: now }), line, isLate: false });
    charactersKept += line.length;
    while (kept.length > 1 && (kept.length > mostLinesKept || charactersKept > mostCharactersKept)) {
      charactersKept -= kept.shift()!.line.length;
      if (outage) outage.lost++;
    }
  }

  function write(line: KeptLine): boolean {
    try {
      appendLine(files, line);
      return true;
    } catch (thrown) {
      if (outage === null) {
        outage = { path: line.path, reason: reasonOf(thrown), delayed: 0, lost: 0 };
        options.onFault?.(`events cannot be written for now: ${outage.path}: ${outage.reason}`);
      }
      line.isLate = true;
      return false;
    }
  }

  function writeKept(): boolean {
    while (kept.length > 0) {
      const next = kept[0]!;
      if (!write(next)) {
        for (const line of kept) line.isLate = true;
        return false;
      }
      kept.shift();
      charactersKept -= next.line.length;
      if (outage && next.isLate) outage.delayed++;
    }
    return outage === null || reportOutage(outage);
  }

  function reportOutage(over: Outage): boolean {
    const { path, reason, delayed, lost } = over;
    const now = clock.now();
    const report = { path, reason, events_delayed: delayed, events_lost: lost };
    const line = eventLine(isoTime(now), "write_failed", report);
    if (!write({ path: monthPath(logDir, { kind: "events", at: now }), line, isLate: false })) return false;
    outage = null;
    return true;
  }

  return {
    emit(kind, payload) {
      try {
        const checked = withoutFaults(kind, payload);
        payloadNote = checked.note ?? payloadNote;
        keep(kind, checked.payload);
        writeKept();
      } catch (thrown) {
        payloadNote = `'${kind}' could not be spelled: ${messageOf(thrown)}`;
      }
    },
    emitOwn(kind, payload) {
      try {
        keep(kind, payload);
        writeKept();
      } catch (thrown) {
        payloadNote = `'${kind}' could not be spelled: ${messageOf(thrown)}`;
      }
    },
    flush: () => writeKept(),
    fault: () => outage ? `${outage.path}: ${outage.reason}` : payloadNote,
  };
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof FileFault ? `${thrown.kind}: ${messageOf(thrown)}` : messageOf(thrown);
}

/** The payload without the fields of a wrong type. A wrong payload is a bug of ours, and no reason to lose the event. */
function withoutFaults(kind: string, payload: Readonly<Record<string, unknown>>) {
  const rest: Record<string, unknown> = { ...payload };
  let note: string | null = null;
  for (;;) {
    const fault = payloadFault(kind, rest);
    note ??= fault;
    // Only the field a fault is about changes the fault when it is left out.
    const culprit = fault === null
      ? undefined
      : Object.keys(rest).find((name) => payloadFault(kind, { ...rest, [name]: undefined }) !== fault);
    if (culprit === undefined) return { payload: rest, note };
    delete rest[culprit];
  }
}
