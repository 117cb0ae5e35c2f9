// What goes over the wire between two agent-runners: one JSON object a line, and nothing in it is taken on trust.
import { redact } from "../core/redact.ts";
import { visible } from "../core/text.ts";
import type { EventLine } from "../ports/records.ts";
import { longestWritten, parseEventLine } from "../store/event_line.ts";
import { isObject } from "../store/json_file.ts";
import type { MonthPlace } from "../store/month_tails.ts";
import type { Blind, Look, RoundTail } from "./feed.ts";
import { mostTails, tailCharacters } from "./wordless.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Version of these lines; a reader of another one must not guess. */
export const feedProtocol = 1;

/** One line. A look is its `events` and `metrics` in any number, and one `state` at its end. */
export type Frame =
  | { readonly kind: "hello"; readonly protocol: number; readonly version: string }
  | { readonly kind: "events"; readonly lines: readonly EventLine[] }
  | { readonly kind: "metrics"; readonly rows: readonly Fields[] }
  | { readonly kind: "state"; readonly look: FarState }
  | { readonly kind: "blind"; readonly reason: string };

/** How things stand on the far machine at the end of a look. */
export interface FarState extends Pick<Look, "at" | "status" | "isActive" | "roundLogBytes"> {
  /** Where the next connection goes on; empty when unknown. */
  readonly after: string;
  readonly tails: readonly RoundTail[];
}

const charactersPerFrame = 256 * 1024;
const longestRow = 64 * 1024;
const latestTime = 8.64e15;
/** Levels of lists and objects within each other. */
const deepest = 32;

/** How far a feed came. */
export interface FeedPlaces {
  readonly events: readonly MonthPlace[];
  readonly metrics: readonly MonthPlace[];
}

export function spellHello(version: string): string {
  return frame("hello", { protocol: feedProtocol, version });
}

export function spellBlind({ reason }: Blind): string {
  return frame("blind", { reason });
}

/** The lines of a look. @param places where it ended */
export function* spellLook(look: Look, places: FeedPlaces): Generator<string> {
  // The writer's own bound: a longer line is none of its own.
  const lines = look.events.map(({ line }) => line).filter((line) => line.length <= longestWritten);
  for (const part of parts(lines, (line) => line.length)) yield frame("events", { lines: part });
  const rows = look.metrics.map((row) => ({ row, length: JSON.stringify(row).length }));
  for (const part of parts(rows.filter(({ length }) => length <= longestRow), ({ length }) => length)) {
    yield frame("metrics", { rows: part.map(({ row }) => row) });
  }
  yield frame("state", {
    at: look.at,
    status: look.status,
    is_active: look.isActive,
    round_log_bytes: look.roundLogBytes,
    after: spellPlaces(places),
    ...(look.tails === undefined ? {} : { tails: look.tails }),
  });
}

function frame(kind: Frame["kind"], fields: Fields): string {
  return `${JSON.stringify({ feed: kind, ...fields })}\n`;
}

function* parts<T>(items: readonly T[], lengthOf: (item: T) => number): Generator<readonly T[]> {
  let part: T[] = [];
  let length = 0;
  for (const item of items) {
    if (length > 0 && length + lengthOf(item) > charactersPerFrame) {
      yield part;
      [part, length] = [[], 0];
    }
    part.push(item);
    length += lengthOf(item);
  }
  if (part.length > 0) yield part;
}

/** A line as it came; null when it is none of these. What it says is redacted, and `line` is safe on a terminal. */
export function parseFrame(line: string): Frame | null {
  const value = parseObject(line);
  switch (value?.feed) {
    case "hello":
      if (!Number.isSafeInteger(value.protocol) || typeof value.version !== "string") return null;
      return { kind: "hello", protocol: value.protocol as number, version: visible(value.version.slice(0, 100)) };
    case "events":
      if (!Array.isArray(value.lines)) return null;
      return { kind: "events", lines: value.lines.flatMap(safeEvent) };
    case "metrics":
      if (!Array.isArray(value.rows)) return null;
      return { kind: "metrics", rows: value.rows.filter(isObject).filter((row) => isShallow(row)) };
    case "state": {
      const look = parseState(value);
      return look === null ? null : { kind: "state", look };
    }
    case "blind":
      return typeof value.reason === "string" ? { kind: "blind", reason: value.reason } : null;
    default:
      return null;
  }
}

function parseState({ at, status, is_active, round_log_bytes, after, tails }: Fields): FarState | null {
  if (!isTime(at) || !isObject(status) || typeof is_active !== "boolean") return null;
  const roundLogBytes = Number.isSafeInteger(round_log_bytes) ? Math.max(0, round_log_bytes as number) : null;
  const isGood = typeof after === "string" && parsePlaces(after) !== null;
  return {
    at,
    status: redacted(status),
    isActive: is_active,
    roundLogBytes,
    after: isGood ? after : "",
    tails: Array.isArray(tails) ? tails.slice(0, mostTails).flatMap(safeTail) : [],
  };
}

/** Only looked through for words: what a terminal obeys is spelled out all the same. */
function safeTail(value: unknown): RoundTail[] {
  if (!isObject(value) || !Number.isSafeInteger(value.round) || typeof value.text !== "string") return [];
  const text = value.text.slice(-tailCharacters).split("\n").map((line) => visible(redact(line))).join("\n");
  return [{ round: value.round as number, text }];
}

/** An event as another machine wrote it: secrets masked once more, unseen characters spelled as JSON spells them. */
export function safeEvent(line: unknown): EventLine[] {
  if (typeof line !== "string" || line.length > longestWritten) return [];
  const safe = visible(redact(line));
  const event = parseEventLine(safe);
  return event === null || !isShallow(event) ? [] : [{ line: safe, event }];
}

/** An object as another machine wrote it, secrets masked once more; empty when nothing is left of it. */
export function redacted(value: Fields): Fields {
  if (!isShallow(value)) return {};
  return parseObject(redact(JSON.stringify(value))) ?? {};
}

/** Whatever walks through a value made to be deep would end at the bottom of its stack. */
function isShallow(value: unknown, levelsLeft = deepest): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levelsLeft > 0 && Object.values(value).every((inner) => isShallow(inner, levelsLeft - 1));
}

/** The object on a line; null when there is none. */
export function parseObject(text: string): Fields | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a value is a moment in epoch milliseconds. */
export function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= latestTime;
}

/** One word for a command line: letters, digits, `-`, `.`, `:` and `,`. */
export function spellPlaces({ events, metrics }: FeedPlaces): string {
  return [...events, ...metrics].map(({ name, offset, inode }) => `${name}:${offset}:${inode}`).join(",");
}

/** What such a word says; null when it is none. It comes from another machine: a file has no other name than these. */
export function parsePlaces(word: string): FeedPlaces | null {
  const places: { events: MonthPlace[]; metrics: MonthPlace[] } = { events: [], metrics: [] };
  if (word === "") return places;
  const parts = word.split(",", 5);
  if (parts.length > 4) return null;
  for (const part of parts) {
    const match = /^((events|metrics)-\d{4}-\d{2}\.jsonl):(\d{1,15}):(\d{1,20})$/.exec(part);
    if (match === null) return null;
    places[match[2] as "events" | "metrics"].push({
      name: match[1]!,
      offset: Number(match[3]),
      inode: Number(match[4]),
    });
  }
  return places;
}
