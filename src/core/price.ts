// What tokens cost by a dated price table, for agents that do not say what a round cost.
import type { Usage } from "./agent.ts";

/** Prices of one model in USD per million tokens. */
export interface Price {
  /** Tokens that were not read from a cache. */
  readonly input: number;
  readonly output: number;
  /** Null where no price is known. */
  readonly cacheRead: number | null;
  /** Null where no price is known. */
  readonly cacheWrite: number | null;
  /** Null where reasoning costs what output costs. */
  readonly reasoning: number | null;
  /** Day on which this was the price, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/**
 * Prices by the name of a model, in small letters. A name stands for its dated snapshots too; one that ends in `*`
 * stands for every name that goes on after it, at a `-`, `@` or `:`.
 */
export type PriceTable = Readonly<Record<string, Price>>;

/** The entry that was found for a model. */
export interface FoundPrice {
  /** Its name in the table. */
  readonly model: string;
  readonly price: Price;
}

/** What a round cost by the table. Always to be shown as an estimate, with its date. */
export interface CostEstimate {
  readonly usd: number;
  /** Day of the price, `YYYY-MM-DD`. */
  readonly asOf: string;
  /** Name in the table. */
  readonly model: string;
}

/** What may follow a model's name without making it another model: a date or number of a snapshot, or its stage. */
const snapshot = /^[-@:](?:\d{3,}|latest|preview|exp)(?:[-@:.](?:\d+|latest|preview|exp))*$/;

/**
 * The price of a model, or null when it is not known: the exact name first, then the longest name in the table that
 * it continues. A provider before a slash is cut (`anthropic/...`).
 */
export function priceFor(model: string, table: PriceTable): FoundPrice | null {
  let name = model.trim().toLowerCase();
  while (name !== "") {
    const found = exactPrice(name, table) ?? continuedPrice(name, table);
    if (found !== null) return found;
    const slash = name.indexOf("/");
    name = slash < 0 ? "" : name.slice(slash + 1);
  }
  return null;
}

/**
 * What the tokens of one round cost, or null when that cannot be told: an unknown model, no tokens, or tokens of a
 * kind that has no price. Cumulative totals of a conversation are priced as they are: subtract what came before first.
 */
export function estimateCost(usage: Usage, table: PriceTable): CostEstimate | null {
  const found = priceFor(usage.model, table);
  if (found === null) return null;
  const { price, model } = found;
  const parts: readonly (readonly [tokens: number, usdPerMillion: number | null])[] = [
    [usage.inputTokens, price.input],
    [usage.outputTokens, price.output],
    [usage.reasoningTokens, price.reasoning ?? price.output],
    [usage.cachedTokens, price.cacheRead],
    [usage.cacheCreationTokens, price.cacheWrite],
  ];
  let usd = 0;
  let isUsed = false;
  for (const [tokens, usdPerMillion] of parts) {
    if (!Number.isFinite(tokens) || tokens < 0) return null;
    if (tokens === 0) continue;
    if (usdPerMillion === null) return null;
    isUsed = true;
    usd += tokens * usdPerMillion / 1_000_000;
  }
  return isUsed ? { usd, asOf: price.asOf, model } : null;
}

function exactPrice(name: string, table: PriceTable): FoundPrice | null {
  const price = Object.hasOwn(table, name) ? table[name] : undefined;
  return price === undefined ? null : { model: name, price };
}

function continuedPrice(name: string, table: PriceTable): FoundPrice | null {
  let best: FoundPrice | null = null;
  let bestLength = 0;
  for (const [key, price] of Object.entries(table)) {
    const isPattern = key.endsWith("*");
    const prefix = isPattern ? key.slice(0, -1) : key;
    if (prefix.length <= bestLength || !name.startsWith(prefix)) continue;
    const rest = name.slice(prefix.length);
    if (isPattern ? rest === "" || /^[-@:]/.test(rest) : snapshot.test(rest)) {
      best = { model: key, price };
      bestLength = prefix.length;
    }
  }
  return best;
}
