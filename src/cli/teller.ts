// Writes happenings as lines: coloured on a terminal, plain in a pipe, JSON when asked; a stuck reader stops nothing.
import type { Tell, Telling } from "../core/telling.ts";
import { isoTime, visible } from "../core/text.ts";
import { redact } from "../core/redact.ts";
import { redactedRecord } from "../core/redact_record.ts";
import type { Clock } from "../ports/clock.ts";
import { spellJson } from "./print.ts";
import type { Stream } from "./world.ts";

const colours = { good: "32", warn: "33", bad: "31" } as const;

export function tellerOn(stream: Stream, options: { readonly isJson: boolean; readonly clock: Clock }): Tell {
  return (happening) => {
    const telling = redactedRecord(happening, redact);
    const now = options.clock.now();
    stream.post(options.isJson ? jsonLine(telling, now) : textLine(telling, now, stream.hasColor));
  };
}

function jsonLine(telling: Telling, now: number): string {
  return spellJson({ ts: isoTime(now), happening: telling.kind, text: telling.text, ...telling.facts }, "line");
}

function textLine(telling: Telling, now: number, hasColor: boolean): string {
  const clock = new Date(now);
  const time = [clock.getHours(), clock.getMinutes(), clock.getSeconds()].map((n) => String(n).padStart(2, "0"));
  const text = visible(telling.text);
  if (!hasColor) return `${time.join(":")}  ${text}`;
  const colour = telling.tone === undefined ? null : colours[telling.tone];
  return `\x1b[2m${time.join(":")}\x1b[0m  ${colour === null ? text : `\x1b[${colour}m${text}\x1b[0m`}`;
}
