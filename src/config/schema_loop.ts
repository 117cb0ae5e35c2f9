// The keys of [on_verdict]: what comes after a round, one verdict at a time.
import type { VerdictKind } from "../core/verdict.ts";
import { oneOf } from "./kinds.ts";
import { row } from "./row.ts";
import { verdictChoices, verdictRules } from "./verdict_rules.ts";

function verdictRow(kind: VerdictKind) {
  return row(oneOf(verdictChoices), {
    default: null,
    since: "new",
    example: '"stop"',
    doc: `After a round that was \`${kind}\`. Unset: ${verdictRules[kind]}.`,
  });
}

export const onVerdictRows = {
  ok: verdictRow("ok"),
  bounded: verdictRow("bounded"),
  context: verdictRow("context"),
  interrupted: verdictRow("interrupted"),
  limit: verdictRow("limit"),
  transient: verdictRow("transient"),
  hung: verdictRow("hung"),
  no_result: verdictRow("no_result"),
  error: verdictRow("error"),
  auth: verdictRow("auth"),
  billing: verdictRow("billing"),
  config: verdictRow("config"),
};
