// Facts for the page of a project on whether its work gets on.
import { changeFrom, spellChange } from "../core/change.ts";
import { visible } from "../core/text.ts";
import { isDoneRefused, isLastChange } from "../store/status_progress.ts";
import type { DoneRefused, LastChange } from "../store/status_progress.ts";
import type { Fact } from "./print.ts";

/** @param status status.json as it stands */
export function progressFacts(status: Readonly<Record<string, unknown>>): Fact[] {
  const facts: Fact[] = [];
  if (isLastChange(status.last_change)) {
    const last = status.last_change as LastChange;
    const rounds = last.unchanged_rounds;
    const stall = rounds < 2 ? "" : `; nothing in ${rounds} ok rounds in a row`;
    facts.push(["changed", `${visible(spellChange(changeFrom(last)))} in round ${last.round_num}${stall}`]);
  }
  if (isDoneRefused(status.done_refused)) {
    const { round_num, command, reason } = status.done_refused as DoneRefused;
    const spelled = command.join(" ");
    facts.push([
      "not done",
      visible(`the agent said so in round ${round_num}, but '${spelled}' did not agree: ${reason}`),
    ]);
  }
  return facts;
}
