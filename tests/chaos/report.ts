// Counts what a run did and met, and says it at the end.

export interface Violation {
  readonly world: string;
  readonly step: number;
  readonly action: string;
  readonly faults: readonly string[];
  /** What was done to the project before, newest last, a line of JSON each. */
  readonly trail: readonly string[];
  /** Its newest events, and what its supervisor said last. */
  readonly events: readonly string[];
  readonly words: readonly string[];
}

/** Characters of a line that tells how it came to a violation. */
const lineWidth = 400;

export interface Totals {
  readonly seed: number;
  readonly steps: number;
  readonly abreast: number;
  /** Steps after which everything held. */
  passed: number;
  readonly faults: Map<string, number>;
  worlds: number;
  rounds: number;
  salvages: number;
  tokens: number;
  readonly violations: Violation[];
  /** What could not be done here, and why. */
  readonly skipped: Map<string, string>;
}

export function newTotals(options: Pick<Totals, "seed" | "steps" | "abreast">): Totals {
  return {
    ...options,
    passed: 0,
    faults: new Map(),
    worlds: 0,
    rounds: 0,
    salvages: 0,
    tokens: 0,
    violations: [],
    skipped: new Map(),
  };
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The command that does the same again. */
export function replayCommand({ seed, steps }: Pick<Totals, "seed" | "steps">): string {
  return `deno task chaos --seed ${seed} --steps ${steps}`;
}

/** The closing lines; the last one is counted by the check command. */
export function spellReport(totals: Totals, seconds: number): string {
  const { seed, worlds, rounds, salvages, tokens, faults, violations, skipped, passed } = totals;
  const injected = [...faults].filter(([name]) => name !== "none").toSorted(([, a], [, b]) => b - a);
  const sum = injected.reduce((all, [, number]) => all + number, 0);
  return [
    `seed ${seed}: ${passed + violations.length} steps in ${worlds} projects, ${rounds} rounds, ${
      seconds.toFixed(0)
    } s`,
    `faults survived: ${sum} (${injected.map(([name, number]) => `${number} ${name}`).join(", ")})`,
    `work of agents: ${tokens} pieces written, ${salvages} salvages, stashes and commits seen`,
    ...[...skipped].map(([what, why]) => `left out: ${what}: ${why}`),
    ...violations.flatMap(spellViolation),
    ...violations.length === 0 ? [] : [`again: ${replayCommand(totals)}`],
    ...[...new Set(violations.map(({ world }) => parseInt(world)))].map((index) =>
      `only that project: ${replayCommand(totals)} --world ${index}`
    ),
    `chaos: ${passed} steps passed, ${violations.length} failed`,
  ].join("\n");
}

function spellViolation({ world, step, action, faults, trail, events, words }: Violation): string[] {
  const part = (title: string, lines: readonly string[]) => [
    `  ${title}:`,
    ...lines.map((line) => `    ${line.slice(0, lineWidth)}`),
  ];
  return [
    `VIOLATION in project ${world}, step ${step} (${action})`,
    ...faults.map((fault) => `  ${fault.replaceAll("\n", "\n  ")}`),
    ...part("done before", trail),
    ...part("newest events", events),
    ...part("the supervisor's last words", words),
  ];
}
