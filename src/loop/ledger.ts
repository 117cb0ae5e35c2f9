// Keeps what rounds have cost over restarts, in budget.json; what cannot be trusted stops rather than spends.
import { messageOf } from "../core/errors.ts";
import { joinPath } from "../core/path.ts";
import { type PeriodName, periodNames } from "../core/period.ts";
import { shellQuote, spellBytes } from "../core/text.ts";
import { FileFault, type Files } from "../ports/files.ts";
import { formats, newerFormat, stateText } from "../store/formats.ts";
import { isObject } from "../store/json_file.ts";

/** What a number of rounds used. Reported and estimated cost are never of the same round. */
export interface Spending {
  /** As agents reported it. */
  readonly usd: number;
  /** By the table of prices, for rounds of which no cost was reported. */
  readonly estimatedUsd: number;
  /** Of every kind. */
  readonly tokens: number;
  readonly rounds: number;
  /** Time that agents worked. */
  readonly seconds: number;
  /** Rounds of which nobody knows what they cost. */
  readonly roundsWithoutCost: number;
}

/** What was spent in one day, week or month. */
export interface PeriodSpending extends Spending {
  /** Key of the period. */
  readonly key: string;
}

/** All that budgets are held against. */
export interface Ledger {
  /** One period of each kind, the newest; null before its first round. */
  readonly periods: Readonly<Record<PeriodName, PeriodSpending | null>>;
  readonly total: Spending;
  /** Marks of budgets that were already told, each beginning with its period. */
  readonly warned: readonly string[];
  /** Number of the round that was counted last; null before the first. */
  readonly lastRound: number | null;
}

/** What is wrong, and what to do about it. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

export type LedgerRead =
  | { readonly kind: "ok"; readonly ledger: Ledger }
  | { readonly kind: "refused"; readonly refusal: Refusal };

export const emptySpending: Spending = {
  usd: 0,
  estimatedUsd: 0,
  tokens: 0,
  rounds: 0,
  seconds: 0,
  roundsWithoutCost: 0,
};

export const emptyLedger: Ledger = {
  periods: { day: null, week: null, month: null },
  total: emptySpending,
  warned: [],
  lastRound: null,
};

const largestBytes = 64 * 1024;
const longestMark = 100;
const mostMarks = 100;
const strict = new TextDecoder("utf-8", { fatal: true });

/** Path of the ledger. */
export function ledgerPath(logDir: string): string {
  return joinPath(logDir, "budget.json");
}

/** Reads the ledger; a missing file is an empty one, and anything doubtful is refused. */
export function readLedger(path: string, files: Files): LedgerRead {
  try {
    const info = files.stat(path);
    if (info === null) return { kind: "ok", ledger: emptyLedger };
    if (!info.isFile) return refused(path, "it is no regular file");
    if (info.size > largestBytes) return refused(path, `it has ${spellBytes(info.size)}`);
    const bytes = files.readBytes(path, { offset: 0, length: largestBytes });
    if (bytes === null) return { kind: "ok", ledger: emptyLedger };
    return takeDocument(path, JSON.parse(strict.decode(bytes)));
  } catch (thrown) {
    if (thrown instanceof FileFault) return refused(path, `it cannot be read (${messageOf(thrown)})`);
    if (thrown instanceof SyntaxError || thrown instanceof TypeError) return refused(path, "it is no JSON");
    throw thrown;
  }
}

/** Writes the ledger in one step and through to the disk. Returns why that failed, or null. */
export function writeLedger(path: string, ledger: Ledger, files: Files): Refusal | null {
  const { day, week, month } = ledger.periods;
  const document = {
    periods: { day: periodWire(day), week: periodWire(week), month: periodWire(month) },
    total: spendingWire(ledger.total),
    warned: ledger.warned.slice(-mostMarks),
    last_round: ledger.lastRound,
  };
  try {
    files.writeAtomic(path, stateText("budget.json", document, 2), { isDurable: true });
    return null;
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return {
      reason: `What the last round cost cannot be written to "${path}": ${messageOf(thrown)}`,
      fix: "Make room, or make the folder writable, and start again",
    };
  }
}

function takeDocument(path: string, document: unknown): LedgerRead {
  if (!isObject(document)) return refused(path, "it holds no object");
  if (newerFormat("budget.json", document) !== null) {
    return refused(path, "a newer version of this program wrote it");
  }
  const periods = isObject(document.periods) ? document.periods : {};
  const [day, week, month] = periodNames.map((name) => takePeriod(periods[name], name));
  const total = takeSpending(document.total);
  const { warned, last_round: lastRound } = document;
  const hasMarks = Array.isArray(warned) && warned.every((mark) => typeof mark === "string");
  const isWhole = lastRound === null || Number.isSafeInteger(lastRound);
  if (document.schema !== formats["budget.json"] || !isObject(document.periods) || !hasMarks || !isWhole) {
    return garbled(path);
  }
  if (day === undefined || week === undefined || month === undefined || total === null) return garbled(path);
  const ledger: Ledger = {
    periods: { day, week, month },
    total,
    warned: warned.slice(-mostMarks).map((mark: string) => mark.slice(0, longestMark)),
    lastRound: lastRound as number | null,
  };
  return { kind: "ok", ledger };
}

/** Undefined when it is neither a period nor null. */
function takePeriod(value: unknown, name: PeriodName): PeriodSpending | null | undefined {
  if (value === null) return null;
  const spending = takeSpending(value);
  if (spending === null || !isObject(value)) return undefined;
  const { key } = value;
  const form = name === "month" ? /^\d{4}-\d{2}$/ : /^\d{4}-\d{2}-\d{2}$/;
  return typeof key === "string" && form.test(key) ? { key, ...spending } : undefined;
}

function takeSpending(value: unknown): Spending | null {
  if (!isObject(value)) return null;
  const { usd, estimated_usd: estimatedUsd, tokens, rounds, seconds, rounds_without_cost: roundsWithoutCost } = value;
  const isGood = isAmount(usd) && isAmount(estimatedUsd) && isAmount(tokens) && isAmount(rounds) &&
    isAmount(seconds) && isAmount(roundsWithoutCost);
  return isGood ? { usd, estimatedUsd, tokens, rounds, seconds, roundsWithoutCost } : null;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function periodWire(period: PeriodSpending | null): Readonly<Record<string, unknown>> | null {
  return period === null ? null : { key: period.key, ...spendingWire(period) };
}

function spendingWire(spending: Spending): Readonly<Record<string, number>> {
  return {
    usd: spending.usd,
    estimated_usd: spending.estimatedUsd,
    tokens: spending.tokens,
    rounds: spending.rounds,
    seconds: spending.seconds,
    rounds_without_cost: spending.roundsWithoutCost,
  };
}

function garbled(path: string): LedgerRead {
  return refused(path, "it does not hold what this program writes");
}

function refused(path: string, why: string): LedgerRead {
  const reason = `What was spent so far cannot be told from "${path}": ${why}`;
  return {
    kind: "refused",
    refusal: { reason, fix: `Look at it, or remove it to start from zero: rm ${shellQuote(path)}` },
  };
}
