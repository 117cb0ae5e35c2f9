// The rows of the events table on what lies between rounds: people, budgets, sessions and agents that stand in.
import type { KindRow } from "./event_witness.ts";

/** Kinds the loop writes beyond those of the predecessor. */
export const loopEventKinds = {
  human_needed: {
    when: "Only a person can mend what stopped the agent",
    fields: { round_num: "int", verdict: "string", summary: "string", hint: "string" },
  },
  retry_requested: {
    when: "The operator ended a wait",
    fields: { classification: "string", waited_s: "int" },
  },
  round_cancelled: {
    when: "The operator asked the running agent to finish; the loop goes on",
    fields: { round_num: "int", grace_s: "number" },
  },
  breaker_reset: {
    when: "The operator closed the breaker",
    fields: { reason: "string", consecutive: "int" },
  },
  budget_warned: {
    when: "80 percent of a budget is used",
    fields: { period: "string", unit: "string", used: "number", allowed: "number" },
  },
  budget_reached: {
    when: "A budget is used up",
    fields: { period: "string", unit: "string", used: "number", allowed: "number", until_epoch: "int|null" },
  },
  session_resumed: {
    when: "The round goes on with an earlier session",
    fields: { round_num: "int", session_id: "string", why: "string" },
  },
  session_refused: {
    when: "The agent could not go on with the session: the next round starts a new one",
    fields: { round_num: "int", session_id: "string" },
  },
  page_failed: {
    when: "The page of `serve --page` could not be served; the loop goes on, and it is tried again",
    fields: { port: "int", reason: "string" },
  },
  fallback_started: {
    when: "Another agent takes over while the first one cannot work",
    fields: { agent: "string", instead_of: "string", until_epoch: "int|null", reason: "string" },
  },
  fallback_ended: { when: "The first agent works again", fields: { agent: "string", instead_of: "string" } },
} as const satisfies Readonly<Record<string, KindRow>>;
