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
  const { kind, text, fix, facts } = telling;
  return spellJson(
    { ts: isoTime(now), happening: kind, text, ...(fix === undefined ? {} : { fix }), ...facts },
    "line",
  );
}

function textLine(telling: Telling, now: number, hasColor: boolean): string {
  const clock = new Date(now);
  const time = [clock.getHours(), clock.getMinutes(), clock.getSeconds()].map((n) => String(n).padStart(2, "0"));
  const text = visible(telling.text);
  const fix = telling.fix === undefined ? "" : visible(telling.fix);
  if (!hasColor) return `${time.join(":")}  ${text}${fix && `\n  fix: ${fix}`}`;
  const colour = telling.tone === undefined ? null : colours[telling.tone];
  const painted = colour === null ? text : `\x1b[${colour}m${text}\x1b[0m`;
  return `\x1b[2m${time.join(":")}\x1b[0m  ${painted}${fix && `\n  \x1b[2mfix:\x1b[0m ${fix}`}`;
}
