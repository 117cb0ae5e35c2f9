// What a round changed: from where the work folder stood before its agent to where the agent left it.
import { changeFrom, unknownChange } from "../core/change.ts";
import type { RoundChange } from "../core/change.ts";
import type { VerdictKind } from "../core/verdict.ts";
import { logFolderWithin } from "../vcs/dirty.ts";
import { changeBetween } from "../vcs/progress.ts";
import type { Standing } from "../vcs/progress.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

const megabyte = 1024 * 1024;

/** The change, and how many `ok` rounds in a row changed nothing, this one included. */
export interface RoundProgress {
  readonly change: RoundChange;
  readonly unchangedRounds: number;
}

/**
 * Where the agent starts. What hooks did since the folder was looked at is not the agent's: then it is looked at again.
 * @param found where it stood before they were called
 */
export async function standingAtStart(found: Standing, tools: RoundTools): Promise<Standing> {
  const { hooks, config, files, git, clock } = tools;
  if (!hooks?.has("round_before") && !hooks?.has("round_context")) return found;
  const { standingNow } = await import("../vcs/progress_snapshot.ts");
  return await standingNow({
    git,
    files,
    clock,
    logFolder: logFolderWithin(files, config.runtime),
    scratchFolder: config.runtime.logDir,
    ownedPatterns: config.vcs.ownedPaths,
    fileMaxBytes: config.vcs.salvageFileMaxMb * megabyte,
  });
}

/** A round that an earlier life had already put on record keeps what that one found: its work may be stashed by now. */
export async function progressOf(
  round: Pick<RoundIdentity, "number" | "before">,
  came: { readonly after: Standing; readonly verdict: VerdictKind },
  tools: RoundTools,
): Promise<RoundProgress> {
  const last = tools.book.status?.last_change;
  if (last?.round_num === round.number) {
    return { change: changeFrom(last), unchangedRounds: last.unchanged_rounds };
  }
  const change = round.before === null
    ? unknownChange("nothing tells where the round began")
    : await changeBetween({ before: round.before, after: came.after }, {
      git: tools.git,
      clock: tools.clock,
      logFolder: logFolderWithin(tools.files, tools.config.runtime),
    });
  const unchangedRounds = unchangedAfter(last?.unchanged_rounds ?? 0, { change, verdict: came.verdict });
  return { change, unchangedRounds };
}

/** Any change begins anew; only an `ok` round without one counts; what is unknown neither counts nor begins anew. */
export function unchangedAfter(
  count: number,
  round: { readonly change: Pick<RoundChange, "kind">; readonly verdict: VerdictKind },
): number {
  switch (round.change.kind) {
    case "some":
      return 0;
    case "none":
      return round.verdict === "ok" ? count + 1 : count;
    case "unknown":
      return count;
    default:
      return round.change.kind satisfies never;
  }
}
