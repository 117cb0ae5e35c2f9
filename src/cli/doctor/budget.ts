// Can the budget ledger be trusted, and what is left of the budgets.
import { BudgetKeeper } from "../../loop/budget.ts";
import { budgetGaps } from "../../loop/budget_gaps.ts";
import { hasBudget, hasShare, isUsedUp, type LimitState } from "../../loop/budget_limits.ts";
import { ledgerPath, readLedger } from "../../loop/ledger.ts";
import { seatsOf } from "../seats.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";
import { withoutWriting } from "./reading_files.ts";

const name = "budget";
const warnShare = 0.8;

export async function checkBudget(scene: ProjectScene): Promise<readonly Finding[]> {
  const { budget } = scene.config;
  if (!hasBudget(budget)) return [ok(name, "none is set")];
  const agents = (await seatsOf(scene.config)).map(({ agent }) => agent);
  return [...checkLedger(scene), ...budgetGaps(budget, agents).map((gap) => warn("budget bounds", gap))];
}

function checkLedger({ world, config }: ProjectScene): readonly Finding[] {
  const { logDir } = config.runtime;
  const read = readLedger(ledgerPath(logDir), world.files);
  // Never mended here: a ledger that is put aside would let rounds spend what is spent already.
  if (read.kind === "refused") return [fail(name, { found: read.refusal.reason, fix: read.refusal.fix })];
  const keeper = new BudgetKeeper({ config, files: withoutWriting(world.files), clock: world.clock, emit() {} });
  const check = keeper.check();
  const states = keeper.states().filter(({ period }) => period !== "round");
  const spelled = states.map(spellState).join(", ");
  const unknown = Math.max(0, ...states.filter(({ unit }) => unit === "usd").map(roundsOfUnknownCost));
  switch (check.kind) {
    case "open": {
      const near = states.filter((state) => hasShare(state, warnShare));
      if (near.length === 0 && unknown > 0) {
        const found = `${spelled}; without ${unknown} ${unknown === 1 ? "round" : "rounds"} of unknown cost`;
        return [warn(name, { found, fix: "Put the price of its model into budget.prices_file, or limit tokens, too" })];
      }
      if (near.length === 0) return [ok(name, spelled === "" ? "single rounds are limited" : spelled)];
      return [warn(name, { found: `nearly used up: ${near.map(spellState).join(", ")}`, fix: "Raise it in [budget]" })];
    }
    case "wait":
      return [warn(name, { found: check.reason, fix: "serve waits for the next period; or raise it in [budget]" })];
    case "stop": {
      const tell = states.some(isUsedUp) ? warn : fail;
      return [tell(name, { found: check.reason, fix: check.fix })];
    }
    default:
      return check satisfies never;
  }
}

function roundsOfUnknownCost({ spending }: LimitState): number {
  return spending.roundsWithoutCost;
}

function spellState({ period, unit, used, allowed }: LimitState): string {
  const amount = Math.round(used * 100) / 100;
  return `${amount} of ${allowed} ${unit} ${period === "total" ? "in total" : `this ${period}`}`;
}
