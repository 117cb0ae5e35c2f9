// One round as a part of the page for people.
import { spellDuration, visible } from "../core/text.ts";
import type { RoundView } from "../core/view.ts";
import { narrate } from "../view/narrate.ts";
import { type Fact, type Paint, spellFacts } from "./print.ts";
import type { Stream } from "./world.ts";

const eventsShown = 12;

/** Lines about one round: its facts, its newest events and, where it was asked for, the end of its log. */
export async function spellRound(
  round: RoundView,
  look: { readonly stream: Pick<Stream, "columns">; readonly paint: Paint },
): Promise<string[]> {
  const { paint } = look;
  const lines = await spellFacts(factsOf(round), { width: look.stream.columns, paint });
  if (round.recent_events.length > 0) lines.push("", ...round.recent_events.slice(-eventsShown).map(narrate));
  if (round.log_tail !== null) {
    lines.push("", paint.dim(`last ${round.log_tail.length} lines of the log`), ...round.log_tail.map(visible));
  }
  return lines;
}

function factsOf(round: RoundView): Fact[] {
  const phase = round.phase === null ? "" : ` (${visible(round.phase)})`;
  const facts: Fact[] = [["round", `${round.round_num}${phase}`]];
  if (round.started_at !== "") facts.push(["started", visible(round.started_at)]);
  if (round.duration_so_far_s !== null) facts.push(["took", spellDuration(round.duration_so_far_s)]);
  if (round.pid !== null) facts.push(["pid", String(round.pid)]);
  if (round.exit_code !== null) {
    facts.push(["exit code", `${round.exit_code}${round.timed_out ? ", a time limit was reached" : ""}`]);
  }
  if (round.verdict !== null) {
    const summary = round.summary === null ? "" : `: ${visible(round.summary)}`;
    facts.push(["verdict", `${visible(round.verdict)}${summary}`]);
  }
  facts.push(["log", round.log_path === null ? "gone" : visible(round.log_path)]);
  return facts;
}
