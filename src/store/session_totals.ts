// Remembers how much whole conversations have used, so that a round of one can be told from the rest.
import type { Usage } from "../core/agent.ts";
import { joinPath } from "../core/path.ts";
import type { Files } from "../ports/files.ts";

const sessionsKept = 20;
const fileBytes = 64 * 1024;
const counts = ["inputTokens", "outputTokens", "reasoningTokens", "cachedTokens", "cacheCreationTokens"] as const;

type Totals = { readonly [K in typeof counts[number]]: number } & { readonly costUsd: number | null };

/** sessions.json in the log folder. What cannot be read counts as absent, what cannot be written is left. */
export class SessionTotals {
  readonly #path: string;
  readonly #files: Files;

  constructor(logDir: string, files: Files) {
    this.#path = joinPath(logDir, "sessions.json");
    this.#files = files;
  }

  /**
   * The part of a conversation's totals that is new, which is remembered at once.
   * A total that went down (the CLI began to count anew) is new as a whole.
   */
  take(sessionId: string, usage: Usage): Usage {
    const all = this.#read();
    const before = all.find((entry) => entry.id === sessionId)?.totals;
    const totals = Object.fromEntries(counts.map((name) => [name, usage[name]])) as unknown as Totals;
    const now = { id: sessionId, totals: { ...totals, costUsd: usage.costUsd } };
    this.#write([...all.filter((entry) => entry.id !== sessionId), now].slice(-sessionsKept));
    const own = { ...usage, isCumulative: false };
    if (!before || counts.some((name) => usage[name] < before[name])) return own;
    const less = Object.fromEntries(counts.map((name) => [name, usage[name] - before[name]]));
    const costUsd = usage.costUsd === null ? null : Math.max(0, usage.costUsd - (before.costUsd ?? 0));
    return { ...own, ...less, costUsd };
  }

  /** Adds what a round used that ended before its CLI counted it: the next total of the conversation has it in it. */
  add(sessionId: string, usage: Usage): void {
    const all = this.#read();
    const before = all.find((entry) => entry.id === sessionId)?.totals;
    const sums = Object.fromEntries(counts.map((name) => [name, usage[name] + (before?.[name] ?? 0)]));
    const costUsd = usage.costUsd === null ? before?.costUsd ?? null : usage.costUsd + (before?.costUsd ?? 0);
    const now = { id: sessionId, totals: { ...sums as unknown as Totals, costUsd } };
    this.#write([...all.filter((entry) => entry.id !== sessionId), now].slice(-sessionsKept));
  }

  #read(): readonly { readonly id: string; readonly totals: Totals }[] {
    try {
      const bytes = this.#files.readBytes(this.#path, { offset: 0, length: fileBytes });
      if (bytes === null) return [];
      const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return Array.isArray(parsed) ? parsed.filter(isEntry) : [];
    } catch {
      return [];
    }
  }

  #write(entries: readonly { readonly id: string; readonly totals: Totals }[]): void {
    try {
      this.#files.writeAtomic(this.#path, `${JSON.stringify(entries)}\n`);
    } catch {
      // The next round of this conversation then counts in full; the event sink tells of the disk.
    }
  }
}

function isEntry(value: unknown): value is { readonly id: string; readonly totals: Totals } {
  if (typeof value !== "object" || value === null) return false;
  const { id, totals } = value as { readonly id?: unknown; readonly totals?: unknown };
  if (typeof id !== "string" || typeof totals !== "object" || totals === null) return false;
  const { costUsd } = totals as { readonly costUsd?: unknown };
  return counts.every((name) => Number.isFinite(Reflect.get(totals, name))) &&
    (costUsd === null || Number.isFinite(costUsd));
}
