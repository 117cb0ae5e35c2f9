// Stops rather than spends, whatever becomes of its ledger.
import type { Config } from "../config/schema.ts";
import type { Defense } from "../core/defense.ts";

const periods = ["round", "day", "week", "month", "total"] as const;

const defense: Defense<Config> = {
  name: "budget_ledger",
  order: 21,
  protectsFrom: "A bill that nobody agreed to, and a ledger that counts from zero after it was damaged",
  incident: "a-bill-in-the-morning",
  guardedBy: "tests/loop/serve_budget_test.ts",
  guardTest: "serve() stops rather than spends when the ledger cannot be read",
  describe: ({ budget }) => {
    const value = Object.fromEntries(
      periods.flatMap((period) => {
        const limits = Object.entries(budget[period]).filter(([, allowed]) => allowed !== null);
        return limits.length === 0 ? [] : [[period, Object.fromEntries(limits)]];
      }),
    );
    const limited = Object.keys(value);
    if (limited.length === 0) return { value, state: "off", reason: "[budget] sets no limit" };
    if (limited.some((period) => period !== "round")) return { value, state: "active" };
    return { value, state: "degraded", reason: "only single rounds are limited: their number is not" };
  },
};

export default defense;
