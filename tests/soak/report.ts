// Counts what a soak did and found, and says it at the end.

export interface Totals {
  readonly seed: number;
  readonly minutes: number;
  passed: number;
  readonly faults: { readonly what: string; readonly fault: string }[];
  /** What happened, by its name. */
  readonly counts: Map<string, number>;
  /** Why a part could not be done here. */
  readonly leftOut: string[];
}

export function newTotals(options: Pick<Totals, "seed" | "minutes">): Totals {
  return { ...options, passed: 0, faults: [], counts: new Map(), leftOut: [] };
}

export function count(totals: Totals, name: string, by = 1): void {
  if (by > 0) totals.counts.set(name, (totals.counts.get(name) ?? 0) + by);
}

export function take(totals: Totals, { what, fault }: { readonly what: string; readonly fault: string | null }): void {
  if (fault === null) totals.passed++;
  else totals.faults.push({ what, fault });
}

/** The closing lines; the last one is counted by the check command. */
export function spellReport(totals: Totals, seconds: number): string {
  const { seed, minutes, passed, faults, counts, leftOut } = totals;
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return [
    `seed ${seed}: ${seconds.toFixed(0)} s`,
    ...sorted.map(([name, number]) => `  ${String(number).padStart(6)} ${name}`),
    ...leftOut.map((why) => `left out: ${why}`),
    ...faults.map(({ what, fault }) => `FAULT ${what}\n  ${fault.replaceAll("\n", "\n  ")}`),
    ...faults.length === 0 ? [] : [`again: deno task soak --seed ${seed} --minutes ${minutes}`],
    `soak: ${passed} checks passed, ${faults.length} failed`,
  ].join("\n");
}
