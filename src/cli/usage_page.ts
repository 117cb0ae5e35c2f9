// Spells what rounds used and brought: a list, a table of groups, or JSON, each from the same sums.
import { spellDuration, visible } from "../core/text.ts";
import { lostSeconds } from "../view/figure_sums.ts";
import type { FigureSums } from "../view/figure_sums.ts";
import { dollars } from "../page/spell.ts";
import { spellFacts, spellTable } from "./print.ts";
import type { Paint } from "./print.ts";

type Sums = Readonly<FigureSums>;
type Group = readonly [key: string, sums: Sums];

interface Look {
  readonly width: number;
  readonly paint: Paint;
}

/** On the wire; seconds and dollars without rounding errors of their sums. */
export function usageJson(sums: Sums): Readonly<Record<string, unknown>> {
  return {
    rounds: sums.rounds,
    verdicts: Object.fromEntries(byCount(sums)),
    tokens: sums.tokens,
    tokens_by_type: Object.fromEntries(sums.tokensByType),
    cost_usd: { reported: exact(sums.reportedUsd), estimated: exact(sums.estimatedUsd) },
    working_s: exact(sums.workingSeconds),
    waiting_s: exact(sums.waitingSeconds),
    lost_s: exact(lostSeconds(sums)),
    commits: sums.commits,
  };
}

/** All together. */
export async function usageFacts(sums: Sums, look: Look): Promise<string[]> {
  const types = [...sums.tokensByType].filter(([, count]) => count > 0)
    .map(([type, count]) => `${type.replace("_", " ")} ${grouped(count)}`);
  return await spellFacts([
    ["rounds", `${sums.rounds}${sums.rounds === 0 ? "" : ` (${verdicts(sums)})`}`],
    ["tokens", `${grouped(sums.tokens)}${types.length === 0 ? "" : ` (${types.join(", ")})`}`],
    ["cost", `${dollars(sums.reportedUsd)} reported, ${dollars(sums.estimatedUsd)} estimated`],
    ["working", spellDuration(sums.workingSeconds)],
    ["waiting", `${spellDuration(sums.waitingSeconds)} between rounds`],
    ["lost", `${spellDuration(lostSeconds(sums))} in rounds that failed`],
    ["commits", grouped(sums.commits)],
  ], look);
}

/** One row a group, and a last one for all. */
export async function usageTable(by: string, groups: readonly Group[], total: Sums, look: Look): Promise<string[]> {
  const [head, ...rows] = await spellTable({
    head: [by, "rounds", "verdicts", "tokens", "reported", "estimated", "working", "waiting", "lost", "commits"],
    rows: [...groups.map(([key, sums]) => rowOf(visible(key), sums)), rowOf("all", total)],
    right: [1, 3, 4, 5, 6, 7, 8, 9],
    width: look.width,
  });
  return [look.paint.dim(head!), ...rows.slice(0, -1), look.paint.bold(rows.at(-1)!)];
}

function rowOf(name: string, sums: Sums): string[] {
  return [
    name,
    String(sums.rounds),
    verdicts(sums),
    grouped(sums.tokens),
    dollars(sums.reportedUsd),
    dollars(sums.estimatedUsd),
    spellDuration(sums.workingSeconds),
    spellDuration(sums.waitingSeconds),
    spellDuration(lostSeconds(sums)),
    grouped(sums.commits),
  ];
}

function verdicts(sums: Sums): string {
  return byCount(sums).map(([verdict, count]) => `${visible(verdict)} ${count}`).join(", ");
}

/** The most frequent first. */
function byCount({ verdicts: counts }: Sums): [verdict: string, count: number][] {
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** To the millionth: what is added up in binary is otherwise told with a tail of digits that mean nothing. */
function exact(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
