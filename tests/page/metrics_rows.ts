// Takes the metrics of the page apart, for tests that ask which names and labels there are.

export interface MetricRow {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every row of the text. Throws for a line that the format does not know. */
export function metricRows(text: string): readonly MetricRow[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (found === null) throw new Error(`no metric: ${line}`);
    const [, name = "", labels = "", value] = found;
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
    return { name, labels: Object.fromEntries(pairs.map(([, label, held]) => [label, held])), value: Number(value) };
  });
}

/** Names of metrics with the labels each has. */
export function labelsByName(rows: readonly MetricRow[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name, labels } of rows) {
    found.set(name, new Set([...found.get(name) ?? [], ...Object.keys(labels)]));
  }
  return found;
}
