// What waits to be sent, and the rules on when: which notices a sink wants, repeats, quiet hours, rates, back-off.
import { severities } from "../core/alert.ts";
import type { NotifySettings } from "../config/schema.ts";
import { parseQuietHours } from "../core/notice.ts";
import type { Notice } from "../core/notice.ts";
import { Sha256 } from "../core/sha256.ts";
import { quietUntil } from "./quiet.ts";
import { spellDigest } from "./spell_notice.ts";
import type { Message } from "./spell_notice.ts";

/** A message on its way to one sink. */
export interface Waiting {
  /** The same over every try and restart: whoever gets it twice can tell. */
  readonly id: string;
  readonly sink: string;
  readonly message: Message;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
  /** Tries so far. */
  readonly attempts: number;
  /** Held back by quiet hours or a rate: it is sent with the others that were. */
  readonly isHeld: boolean;
}

/** What is remembered of a sink. */
export interface SinkMemory {
  /** Epoch milliseconds of what was sent in the last hour, oldest first. */
  readonly sent: readonly number[];
  /** Keys that were told, with epoch milliseconds. */
  readonly told: Readonly<Record<string, number>>;
  /** Tries in a row that failed. */
  readonly failures: number;
  /** No try before this, epoch milliseconds. */
  readonly nextAt: number;
}

/** Plain values alone: it is kept in a file. */
export interface Outbox {
  /** Oldest first. */
  readonly waiting: readonly Waiting[];
  readonly sinks: Readonly<Record<string, SinkMemory>>;
}

export const emptyOutbox: Outbox = { waiting: [], sinks: {} };

/** Messages that wait, of all sinks together: the file stays well under a megabyte. */
export const mostWaiting = 200;

const hourMs = 3_600_000;
const mostTold = 200;
const firstBackoffMs = 2000;
const longestBackoffMs = 15 * 60_000;
/** Longer than any server may ask for. */
const longestRetryAfterMs = 6 * hourMs;
/** What was held back all the time has had no try that could have failed. */
const longestHeldMs = 7 * 24 * hourMs;
const idLength = 32;

/** The id of a message: a sum over what it is made of. */
export function idOf(...parts: readonly string[]): string {
  const sum = new Sha256();
  sum.update(new TextEncoder().encode(parts.join("\n")));
  return sum.hex().slice(0, idLength);
}

/** `unwanted`: the sink's settings leave it out. `known`: it waits already. */
export type Acceptance = "accepted" | "unwanted" | "known" | "repeated";

/** Takes a notice in for one sink. `dropped`: what had to go because too much waits. */
export function accept(
  outbox: Outbox,
  offer: {
    readonly id: string;
    readonly sink: string;
    readonly notice: Notice;
    readonly message: Message;
    readonly now: number;
  },
  settings: NotifySettings,
): { readonly outbox: Outbox; readonly acceptance: Acceptance; readonly dropped: Waiting | null } {
  const { id, sink, notice, message, now } = offer;
  const memory = memoryOf(outbox, sink);
  const told = fresh(memory.told, now - settings.dedupeSeconds * 1000);
  const refusal = !isWanted(notice, settings)
    ? "unwanted"
    : outbox.waiting.some((entry) => entry.id === id && entry.sink === sink)
    ? "known"
    : [notice.key, notice.coveredBy].some((key) => key !== null && Object.hasOwn(told, key))
    ? "repeated"
    : null;
  if (refusal !== null) return { outbox, acceptance: refusal, dropped: null };
  const news = Object.fromEntries([notice.key, ...notice.covers].map((key) => [key, now]));
  const entry: Waiting = { id, sink, message, acceptedAt: now, attempts: 0, isHeld: false };
  const { kept, dropped } = withinBounds([...outbox.waiting, entry]);
  const next = { ...memory, told: newest({ ...told, ...news }) };
  return { outbox: { waiting: kept, sinks: { ...outbox.sinks, [sink]: next } }, acceptance: "accepted", dropped };
}

/** What a sink is to do now. */
export type Turn =
  | { readonly kind: "send"; readonly entry: Waiting }
  /** Nothing before this, epoch milliseconds. */
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "idle" };

/** Decides what comes next for a sink. `expired`: what is given up with this. */
export function turnOf(
  outbox: Outbox,
  at: { readonly sink: string; readonly now: number },
  settings: NotifySettings,
): { readonly outbox: Outbox; readonly turn: Turn; readonly expired: readonly Waiting[] } {
  const { sink, now } = at;
  const isExpired = ({ acceptedAt, attempts, ...entry }: Waiting) =>
    entry.sink === sink &&
    now - acceptedAt > (attempts > 0 ? settings.giveUpAfterSeconds * 1000 : longestHeldMs);
  const expired = outbox.waiting.filter(isExpired);
  let next = expired.length === 0 ? outbox : { ...outbox, waiting: outbox.waiting.filter((e) => !isExpired(e)) };
  const own = next.waiting.filter((entry) => entry.sink === sink);
  if (own.length === 0) return { outbox: next, turn: { kind: "idle" }, expired };
  const { nextAt } = memoryOf(next, sink);
  // A clock that was set back must not make anybody wait for longer than was meant.
  if (nextAt > now && nextAt - now <= longestRetryAfterMs) {
    return { outbox: next, turn: { kind: "wait", until: nextAt }, expired };
  }
  const blocks = new Map(own.map((entry) => [entry.id, heldUntil(next, { entry, now }, settings)]));
  const isNews = own.some((entry) => !entry.isHeld && blocks.get(entry.id) !== null);
  if (isNews) {
    const held = (entry: Waiting) => entry.sink === sink && (blocks.get(entry.id) ?? null) !== null;
    next = { ...next, waiting: next.waiting.map((entry) => held(entry) ? { ...entry, isHeld: true } : entry) };
  }
  const free = next.waiting.filter((entry) => entry.sink === sink && blocks.get(entry.id) === null);
  if (free.length === 0) {
    const until = Math.min(...[...blocks.values()].map((block) => block ?? Infinity));
    return { outbox: next, turn: { kind: "wait", until }, expired };
  }
  const together = free.filter(({ isHeld }) => isHeld);
  if (together.length > 1) {
    const digest = digestOf(together, settings);
    const gone = new Set(together.map(({ id }) => id));
    const rest = next.waiting.filter((entry) => entry.sink !== sink || !gone.has(entry.id));
    next = { ...next, waiting: [digest, ...rest] };
    return { outbox: next, turn: { kind: "send", entry: digest }, expired };
  }
  return { outbox: next, turn: { kind: "send", entry: free[0]! }, expired };
}

/** A sink took a message. */
export function settleSent(outbox: Outbox, { entry, now }: { readonly entry: Waiting; readonly now: number }): Outbox {
  const memory = memoryOf(outbox, entry.sink);
  const sent = [...memory.sent.filter((at) => at > now - hourMs && at <= now), now];
  return withMemory(without(outbox, entry), entry.sink, { ...memory, sent, failures: 0, nextAt: 0 });
}

/** A sink did not take a message: it is tried again later, or never. */
export function settleFailed(
  outbox: Outbox,
  failure: {
    readonly entry: Waiting;
    readonly now: number;
    readonly mayPass: boolean;
    readonly retryAfterSeconds: number | null;
    /** From 0 to 1. */
    readonly random: number;
  },
): Outbox {
  const { entry, now, mayPass, retryAfterSeconds, random } = failure;
  const memory = memoryOf(outbox, entry.sink);
  if (!mayPass) return withMemory(without(outbox, entry), entry.sink, { ...memory, failures: 0, nextAt: 0 });
  const failures = memory.failures + 1;
  const asked = Math.min(longestRetryAfterMs, (retryAfterSeconds ?? 0) * 1000);
  const nextAt = Math.round(now + Math.max(asked, backoffMs(failures, random)));
  const waiting = outbox.waiting.map((other) =>
    isSame(other, entry) ? { ...other, attempts: other.attempts + 1 } : other
  );
  return withMemory({ ...outbox, waiting }, entry.sink, { ...memory, failures, nextAt });
}

/** Milliseconds to wait after so many failures in a row. @param random from 0 to 1 */
export function backoffMs(failures: number, random: number): number {
  const whole = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(20, failures - 1));
  return Math.round(whole * (0.8 + 0.4 * random));
}

/** What is remembered of a sink, of a new one too. */
export function memoryOf(outbox: Outbox, sink: string): SinkMemory {
  const known = Object.hasOwn(outbox.sinks, sink) ? outbox.sinks[sink] : undefined;
  return known ?? { sent: [], told: {}, failures: 0, nextAt: 0 };
}

function isWanted(notice: Notice, settings: NotifySettings): boolean {
  if (!settings.topics.includes(notice.topic)) return false;
  if (severities.indexOf(notice.severity) < severities.indexOf(settings.minSeverity)) return false;
  return notice.waitSeconds === null || notice.waitSeconds >= settings.minWaitSeconds;
}

/** Epoch milliseconds until which an entry has to wait; null: it may go now. */
function heldUntil(
  outbox: Outbox,
  { entry, now }: { readonly entry: Waiting; readonly now: number },
  settings: NotifySettings,
): number | null {
  const { isUrgent } = entry.message;
  const hours = settings.quietHours === null ? null : parseQuietHours(settings.quietHours);
  if (hours !== null && !(isUrgent && settings.urgentPasses)) {
    const until = quietUntil(now, { hours, timeZone: settings.timeZone });
    if (until !== null) return until;
  }
  const sent = memoryOf(outbox, entry.sink).sent.filter((at) => at > now - hourMs && at <= now);
  const allowed = isUrgent ? settings.maxPerHour * 2 : settings.maxPerHour;
  return sent.length < allowed ? null : sent.at(-allowed)! + hourMs;
}

function digestOf(held: readonly Waiting[], { timeZone }: NotifySettings): Waiting {
  const first = held[0]!;
  const { project, host } = first.message;
  const message = spellDigest(held.map((entry) => entry.message), { project, host, timeZone });
  return { ...first, id: idOf(...held.map(({ id }) => id)), message, attempts: 0, isHeld: false };
}

function withinBounds(waiting: readonly Waiting[]) {
  if (waiting.length <= mostWaiting) return { kept: waiting, dropped: null };
  const dropped = waiting.find(({ message }) => !message.isUrgent) ?? waiting[0]!;
  return { kept: waiting.filter((entry) => entry !== dropped), dropped };
}

function fresh(told: Readonly<Record<string, number>>, since: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(told).filter(([, at]) => at > since));
}

function newest(told: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(told).sort(([, a], [, b]) => b - a).slice(0, mostTold));
}

function isSame(a: Waiting, b: Waiting): boolean {
  return a.id === b.id && a.sink === b.sink;
}

function without(outbox: Outbox, entry: Waiting): Outbox {
  return { ...outbox, waiting: outbox.waiting.filter((other) => !isSame(other, entry)) };
}

function withMemory(outbox: Outbox, sink: string, memory: SinkMemory): Outbox {
  return { ...outbox, sinks: { ...outbox.sinks, [sink]: memory } };
}
