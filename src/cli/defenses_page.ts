// The catalogue of defenses as a page for people: one line each, and below it why some are not at work.
import type { DefenseState } from "../core/defense.ts";
import { visible } from "../core/text.ts";
import { type Paint, paintFor, spellFacts, spellTable } from "./print.ts";
import type { Stream } from "./world.ts";

/** One defense as `agent-runner defenses --json` shows it. */
export interface DefenseRow {
  readonly name: string;
  readonly state: DefenseState;
  /** Why it is degraded or off; null while it is active. */
  readonly reason: string | null;
  readonly value: unknown;
  readonly protects_from: string;
  /** Slug in docs/incidents.md. */
  readonly incident: string;
  /** Path of the test, and what its name begins with. */
  readonly guarded_by: string;
  readonly guard_test: string;
}

/** The page; it ends with a newline. A pipe gets every column whole. */
export async function spellDefenses(
  rows: readonly DefenseRow[],
  stream: Pick<Stream, "hasColor" | "columns" | "isTerminal">,
): Promise<string> {
  const paint = paintFor(stream);
  const [head, ...lines] = await spellTable({
    head: ["defense", "state", "value", "incident", "guarded by"],
    rows: rows.map((row) => [
      row.name,
      paintState(row.state, paint),
      spellValue(row.value),
      row.incident,
      row.guarded_by.replace(/^tests\//, ""),
    ]),
    width: stream.isTerminal ? stream.columns : Infinity,
  });
  const reasons = rows.flatMap((row) => row.reason === null ? [] : [[row.name, visible(row.reason)] as const]);
  const below = reasons.length === 0 ? [] : ["", ...await spellFacts(reasons, { width: stream.columns, paint })];
  return `${[paint.dim(head!), ...lines, ...below].join("\n")}\n`;
}

function paintState(state: DefenseState, paint: Paint): string {
  switch (state) {
    case "active":
      return paint.green(state);
    case "degraded":
      return paint.yellow(state);
    case "off":
      return paint.dim(state);
    default:
      return state satisfies never;
  }
}

/** `{ a: 1, b: { c: 2 } }` as `a 1, b (c 2)`. */
function spellValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(spellValue).join(", ");
  if (typeof value !== "object" || value === null) return visible(String(value));
  return Object.entries(value).map(([key, inner]) =>
    typeof inner === "object" && inner !== null
      ? `${visible(key)} (${spellValue(inner)})`
      : `${visible(key)} ${spellValue(inner)}`
  ).join(", ");
}
