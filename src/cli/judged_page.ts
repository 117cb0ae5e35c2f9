// A judged log as a page for people.
import { isoTime, visible } from "../core/text.ts";
import type { JudgedLog } from "./judged_log.ts";
import { type Fact, type Paint, paintFor, spellFacts } from "./print.ts";
import type { Stream } from "./world.ts";

/** The page, with a newline at its end. */
export async function spellJudged(
  judged: JudgedLog,
  stream: Pick<Stream, "hasColor" | "columns">,
): Promise<string> {
  const paint = paintFor(stream);
  const head = `${toneOf(judged.verdict, paint)(paint.bold(judged.verdict))}  ${visible(judged.summary)}`;
  const lines = await spellFacts(factsOf(judged), { width: stream.columns, paint });
  return `${[head, "", ...lines].join("\n")}\n`;
}

function toneOf(verdict: string, paint: Paint): (text: string) => string {
  if (verdict === "ok") return paint.green;
  return ["error", "auth", "billing", "config"].includes(verdict) ? paint.red : paint.yellow;
}

function factsOf(judged: JudgedLog): Fact[] {
  const facts: Fact[] = judged.evidence.map(({ record, field, value }, i) => [
    i === 0 ? "because" : "",
    `${visible(record)}.${visible(field)} = ${visible(value)}`,
  ]);
  const add = (name: string, text: string | null) => {
    if (text !== null && text !== "") facts.push([name, text]);
  };
  add("ended", endedAs(judged));
  add("resets", judged.resets_at === null ? null : isoTime(judged.resets_at * 1000));
  add("retry after", judged.retry_after_s === null ? null : `${judged.retry_after_s} s`);
  add("human", judged.needs_human ? "needed: waiting does not mend this" : null);
  add("without", judged.degraded.map(visible).join(", "));
  add("early", judged.early === null ? null : `${judged.early.sign}: ${visible(judged.early.why)}`);
  add("session", judged.session_id === null ? null : visible(judged.session_id));
  add("agent", [judged.agent, judged.cli_version, judged.model].filter((part) => part !== null).map(visible).join(" "));
  add("usage", usageOf(judged));
  add("windows", judged.windows.map(spellWindow).join(", "));
  add("denied", judged.denials.map(visible).join(", "));
  add(
    "read",
    `${judged.bytes} bytes: ${judged.records_seen} records, ${judged.unknown_records} of them unknown, ` +
      `${judged.bad_lines} that could not be read` +
      (judged.has_terminal_record ? "" : "; no terminal record"),
  );
  return facts;
}

function endedAs({ ending }: JudgedLog): string {
  if (ending.kind === "timed_out") return `by the supervisor at the ${ending.wall} wall`;
  return ending.kind === "exited" ? `with exit status ${ending.code}` : ending.cause;
}

function usageOf({ usage, tool_calls, turns }: JudgedLog): string {
  const cost = usage?.cost_usd;
  return [
    ...usage === null ? [] : [
      `${usage.input_tokens} in, ${usage.output_tokens} out, ${usage.cached_tokens} from cache tokens`,
      typeof cost === "number" ? `$${cost.toFixed(4)}` : "cost not reported",
      usage.is_cumulative ? "of the whole conversation" : "",
    ],
    turns === null ? "" : `${turns} turns`,
    `${tool_calls} tool calls`,
  ].filter((part) => part !== "").join(", ");
}

function spellWindow(window: Readonly<Record<string, unknown>>): string {
  const used = typeof window.utilization === "number" ? ` ${Math.round(window.utilization * 100)} % used` : "";
  return `${visible(String(window.name))}${used}${window.is_rejected === true ? " (rejected)" : ""}`;
}
