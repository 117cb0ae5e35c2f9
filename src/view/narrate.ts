// One event as one line for people, safe to print on any terminal.
import type { RecordedEvent } from "../core/event_payload.ts";
import { spacedJson } from "../core/spaced_json.ts";
import { clip, visible } from "../core/text.ts";

const kindWidth = 20;
const longestValue = 200;

/** `[HH:MM:SS.mmm] kind  key=value ...` in UTC; `round_num` reads `round`; control characters are made visible. */
export function narrate(event: RecordedEvent): string {
  const { ts, event: kind, ...fields } = event;
  const words = Object.entries(fields).map(([key, value]) => {
    const name = key === "round_num" ? "round" : visible(clip(key, longestValue));
    return `${name}=${spellValue(value)}`;
  });
  return [`[${spellTime(ts)}]`, visible(clip(kind, longestValue)).padEnd(kindWidth), ...words].join(" ").trimEnd();
}

function spellTime(ts: string): string {
  const match = /^\d{4}-\d{2}-\d{2}T(\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)/.exec(ts);
  return match === null ? visible(clip(ts, 30)) : match[1]!;
}

function spellValue(value: unknown): string {
  const text = typeof value === "string" ? value : spacedJson(value);
  const short = clip(text, longestValue);
  return visible(short.length < text.length ? `${short}…` : short);
}
