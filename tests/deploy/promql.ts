// Takes expressions of PromQL apart: which metrics they ask for, and by which labels.
import { parser } from "@prometheus-io/lezer-promql";

/** What one expression names. */
export interface Asked {
  readonly metrics: readonly string[];
  /** Labels that select from a metric. */
  readonly matched: readonly { readonly metric: string; readonly label: string }[];
  /** Labels that results are grouped or matched by. */
  readonly grouped: readonly string[];
}

/** Grafana puts durations in place of these before it asks. */
const durations = /\$__(?:interval|rate_interval|range)\b/g;

/** Throws for what is no PromQL. */
export function askedBy(expression: string): Asked {
  const text = expression.replaceAll(durations, "5m");
  const metrics: string[] = [];
  const matched: { metric: string; label: string }[] = [];
  const grouped: string[] = [];
  const above: string[] = [];
  parser.parse(text).iterate({
    enter({ name, type, from, to }) {
      const said = text.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${text}`);
      if (name === "Identifier" && above.at(-1) === "VectorSelector") metrics.push(said);
      if (name === "LabelName" && above.includes("LabelMatchers")) {
        matched.push({ metric: metrics.at(-1) ?? "", label: said });
      } else if (name === "LabelName") grouped.push(said);
      above.push(name);
    },
    leave() {
      above.pop();
    },
  });
  return { metrics, matched, grouped };
}
