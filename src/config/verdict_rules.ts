// What [on_verdict] can say, and what holds without it; apart from the schema, because serve does without its library.
import { nextActions } from "../core/verdict.ts";
import type { NextAction, VerdictKind } from "../core/verdict.ts";

/** What `[on_verdict]` can ask for by itself. */
export const verdictActions = nextActions;

export type VerdictAction = NextAction;

/** What `[on_verdict]` takes; `hook`: what a hook of `round_after` says, and the table's own row where none says anything. */
export const verdictChoices = [...nextActions, "hook"] as const;

/** What comes after a round where `[on_verdict]` says nothing; the docs print it from here. */
export const verdictRules: Readonly<Record<VerdictKind, string>> = {
  ok: "again after restart_delay_s",
  bounded: "again after restart_delay_s, going on with the session",
  context: "again after twice restart_delay_s, in a fresh session",
  interrupted: "again after twice restart_delay_s",
  limit: "wait until the reset (transient_error_action)",
  transient: "wait, longer each time unless the provider names a time (transient_error_action)",
  hung: "again with growing delay",
  no_result: "again with growing delay",
  error: "again with growing delay",
  auth: "once more after a minute; the second in a row stops, because a person is needed",
  billing: "stop, because a person is needed",
  config: "stop, because a person is needed",
};
