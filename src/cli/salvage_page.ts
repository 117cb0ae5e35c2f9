// Salvages as people see them: the table of all, and one with what it holds.
import { isoTime, visible } from "../core/text.ts";
import type { KnownSalvage } from "../vcs/salvage_mend.ts";
import type { TreeChange } from "../vcs/salvage_changes.ts";
import { lookCommand } from "../vcs/salvage_context.ts";
import { nameText } from "../vcs/byte_names.ts";
import { type Fact, paintFor, spellFacts, spellTable } from "./print.ts";
import { spellTime } from "./project_page.ts";
import type { Stream } from "./world.ts";

/** Where the page is shown. */
type Look = Pick<Stream, "hasColor" | "columns">;

const changesShown = 200;
const shaShown = 12;

/** One salvage as JSON carries it. */
export function wireSalvage(salvage: KnownSalvage): Readonly<Record<string, unknown>> {
  const { sha, ref, round, moment, phase, verdict, why, count, base, index, atMs, isUnfiltered, notCovered, entry } =
    salvage;
  return {
    sha,
    ref,
    round,
    moment,
    phase,
    at: isoTime(atMs),
    verdict,
    why,
    state: entry.state,
    offered_in: entry.offeredIn,
    count,
    base,
    staged: index,
    is_unfiltered: isUnfiltered,
    not_covered: notCovered,
  };
}

/** The table, newest first; it ends with a newline. */
export async function spellSalvages(
  salvages: readonly KnownSalvage[],
  { stream, now }: { readonly stream: Look; readonly now: number },
): Promise<string> {
  if (salvages.length === 0) return "Nothing is saved: no round has left uncommitted work, or all of it was let go\n";
  const paint = paintFor(stream);
  const hasPhases = salvages.some(({ phase }) => phase !== null);
  const hasMoments = salvages.some(({ moment }) => moment === "before");
  const [head, ...rows] = await spellTable({
    head: [
      "sha",
      "round",
      ...hasPhases ? ["phase"] : [],
      ...hasMoments ? ["moment"] : [],
      "saved (UTC)",
      "paths",
      "state",
      "why",
    ],
    rows: salvages.toReversed().map(({ sha, round, moment, phase, atMs, count, entry, why }) => [
      sha.slice(0, shaShown),
      String(round),
      ...hasPhases ? [visible(phase ?? "")] : [],
      ...hasMoments ? [moment] : [],
      spellTime(isoTime(atMs), now),
      String(count),
      entry.state === "saved" ? paint.yellow(entry.state) : entry.state,
      visible(why),
    ]),
    right: [1, 3 + Number(hasPhases) + Number(hasMoments)],
    width: stream.columns,
  });
  return `${[paint.dim(head!), ...rows].join("\n")}\n`;
}

/** One salvage with what it changes; it ends with a newline. */
export async function spellSalvage(
  salvage: KnownSalvage,
  { changes, stream }: { readonly changes: readonly TreeChange[]; readonly stream: Look },
): Promise<string> {
  const paint = paintFor(stream);
  const { sha, entry, notCovered } = salvage;
  const offered = entry.offeredIn === null ? "" : `, to round ${entry.offeredIn}`;
  const facts: Fact[] = [
    ["sha", sha],
    ["ref", salvage.ref],
    ["round", `${salvage.round}${salvage.phase === null ? "" : ` (phase ${visible(salvage.phase)})`}`],
    ["saved", `${isoTime(salvage.atMs)}, ${salvage.moment} the round`],
    ["why", visible(salvage.why) + (salvage.verdict === null ? "" : `; verdict ${visible(salvage.verdict)}`)],
    ["state", `${entry.state}${entry.state === "offered" ? offered : ""}`],
    ["made on", salvage.base ?? "a branch without a commit"],
    ...salvage.index === null ? [] : [["staged", `what was in the index is in ${salvage.index}`] as Fact],
    ...salvage.isUnfiltered ? [["contents", "as on the disk: a filter of the repository failed"] as Fact] : [],
    ...notCovered.map((gap): Fact => ["not saved", `${visible(gap.path)}: ${visible(gap.why)}`]),
    ["look", lookCommand(sha)],
    ["restore", `agent-runner salvage restore ${sha.slice(0, shaShown)}`],
  ];
  const shown = changes.slice(0, changesShown).map(({ letter, name }) =>
    `${paint.dim(letter)} ${visible(nameText(name))}`
  );
  const more = changes.length - shown.length;
  return [
    ...await spellFacts(facts, { width: stream.columns, paint }),
    "",
    ...shown.length === 0 ? ["The work tree was as in HEAD; only what was staged differs"] : shown,
    ...more > 0 ? [`and ${more} more`] : [],
    "",
  ].join("\n");
}

/** A patch for a terminal: nothing in it can move the cursor or colour the screen. */
export function spellPatch(patch: string, { isTerminal }: Pick<Stream, "isTerminal">): string {
  if (!isTerminal) return patch;
  return patch.split("\n").map((line) => line.split("\t").map(visible).join("\t")).join("\n");
}
