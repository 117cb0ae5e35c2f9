// Remembers how much whole conversations have used, so that a round of one can be told from the rest.
import type { Usage } from "../core/agent.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";
import { stateText } from "./formats.ts";
import { isObject } from "./json_file.ts";

const sessionsKept = 20;
const fileBytes = 64 * 1024;
const counts = ["inputTokens", "outputTokens", "reasoningTokens", "cachedTokens", "cacheCreationTokens"] as const;

type Totals = { readonly [K in typeof counts[number]]: number } & { readonly costUsd: number | null };

interface Entry {
  readonly id: string;
  readonly totals: Totals;
  /** The round that was counted last, and the totals before it. */
  readonly round?: number;
  readonly before?: Totals | null;
}

/** sessions.json in the log folder. What cannot be read counts as absent, what cannot be written is left. */
export class SessionTotals {
  readonly #path: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#path = joinPath(logDir, "sessions.json");
    this.#files = files;
  }

  /**
   * The part of a conversation's totals that is new in a round, which is remembered at once: asked again for the same
   * round, by a life that settles it anew, the answer is the same.
   * A total that went down (the CLI began to count anew) is new as a whole.
   */
  take(sessionId: string, usage: Usage, round: number): Usage {
    const { before, others } = this.#earlier(sessionId, round);
    const totals = Object.fromEntries(counts.map((name) => [name, usage[name]])) as unknown as Totals;
    this.#write([...others, { id: sessionId, totals: { ...totals, costUsd: usage.costUsd }, round, before }]);
    const own = { ...usage, isCumulative: false };
    if (before === null || counts.some((name) => usage[name] < before[name])) return own;
    const less = Object.fromEntries(counts.map((name) => [name, usage[name] - before[name]]));
    const costUsd = usage.costUsd === null ? null : Math.max(0, usage.costUsd - (before.costUsd ?? 0));
    return { ...own, ...less, costUsd };
  }

  /** Adds what a round used that ended before its CLI counted it: the next total of the conversation has it in it. */
  add(sessionId: string, usage: Usage, round: number): void {
    const { before, others } = this.#earlier(sessionId, round);
    const sums = Object.fromEntries(counts.map((name) => [name, usage[name] + (before?.[name] ?? 0)]));
    const costUsd = usage.costUsd === null ? before?.costUsd ?? null : usage.costUsd + (before?.costUsd ?? 0);
    this.#write([...others, { id: sessionId, totals: { ...sums as unknown as Totals, costUsd }, round, before }]);
  }

  /** The conversation's totals before a round, and what is known of the other ones. */
  #earlier(sessionId: string, round: number): { readonly before: Totals | null; readonly others: readonly Entry[] } {
    const all = this.#read();
    const entry = all.find(({ id }) => id === sessionId);
    const before = entry?.round === round ? entry.before ?? null : entry?.totals ?? null;
    return { before, others: all.filter(({ id }) => id !== sessionId) };
  }

  #read(): readonly Entry[] {
    try {
      const bytes = this.#files.readBytes(this.#path, { offset: 0, length: fileBytes });
      if (bytes === null) return [];
      const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
      const rows = isObject(parsed) ? parsed.sessions : parsed;
      return Array.isArray(rows) ? rows.filter(isEntry) : [];
    } catch {
      return [];
    }
  }

  #write(entries: readonly Entry[]): void {
    try {
      this.#files.writeAtomic(this.#path, stateText("sessions.json", { sessions: entries.slice(-sessionsKept) }));
    } catch {
      // The next round of this conversation then counts in full; the event sink tells of the disk.
    }
  }
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { id, totals, round, before } = value as Partial<Record<keyof Entry, unknown>>;
  const isKnownRound = round === undefined || Number.isSafeInteger(round);
  return typeof id === "string" && isTotals(totals) && isKnownRound &&
    (before === undefined || before === null || isTotals(before));
}

function isTotals(value: unknown): value is Totals {
  if (typeof value !== "object" || value === null) return false;
  const { costUsd } = value as { readonly costUsd?: unknown };
  const isAmount = (amount: unknown) => typeof amount === "number" && Number.isFinite(amount) && amount >= 0;
  return counts.every((name) => isAmount(Reflect.get(value, name))) && (costUsd === null || isAmount(costUsd));
}
