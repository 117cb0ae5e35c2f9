// Saves uncommitted work before anything is done with it, and tells the agent of what earlier rounds left.
import type { Ending } from "../core/round.ts";
import { shellQuote } from "../core/text.ts";
import type { VerdictKind } from "../core/verdict.ts";
import { openSalvageLedger, toOffer } from "../store/salvage_ledger.ts";
import type { SalvageMoment } from "../vcs/salvage_message.ts";
import type { RoundSalvage } from "../vcs/salvage_round.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

/** Salvages that a round is told of at most. */
const mostOffered = 5;
const megabyte = 1024 * 1024;

/** What is uncommitted now, as a commit under a ref of its own; index, stashes, HEAD and tree stay as they are. */
export async function salvageLeft(
  round: Pick<RoundIdentity, "number" | "phase">,
  came: { readonly verdict: VerdictKind; readonly ending: Ending; readonly logFolder: string | null },
  tools: RoundTools,
): Promise<RoundSalvage> {
  const { verdict, ending, logFolder } = came;
  return await salvageTree(round, { moment: "after", verdict, why: reasonOf(ending), logFolder }, tools);
}

/** The same at any moment, for the reason given. */
export async function salvageTree(
  round: Pick<RoundIdentity, "number" | "phase">,
  facts: {
    readonly moment: SalvageMoment;
    readonly verdict: VerdictKind | null;
    readonly why: string;
    readonly logFolder: string | null;
  },
  tools: RoundTools,
): Promise<RoundSalvage> {
  const { config, files, git, clock, sink } = tools;
  const { logDir } = config.runtime;
  // Most rounds leave nothing: what saves it is loaded when there is something to save.
  const { salvageRound } = await import("../vcs/salvage_round.ts");
  const saved = await salvageRound({
    git,
    files,
    clock,
    ledger: openSalvageLedger(files, logDir),
    scratchFolder: logDir,
    ownedPatterns: config.vcs.ownedPaths,
    fileMaxBytes: config.vcs.salvageFileMaxMb * megabyte,
    ...facts,
    round: round.number,
    phase: round.phase,
    atMs: clock.now(),
    onProgress: (elapsedMs) =>
      tools.tell({
        kind: "salvage_progress",
        text: `round ${round.number}: still saving what is uncommitted (${Math.round(elapsedMs / 1000)} s)`,
        facts: { round: round.number, elapsed_s: Math.round(elapsedMs / 1000) },
      }),
  });
  if (saved.event?.kind === "salvage_saved") sink.emit("salvage_saved", saved.event.payload);
  if (saved.event?.kind === "salvage_failed") sink.emit("salvage_failed", saved.event.payload);
  if (saved.event?.kind === "salvage_not_covered") sink.emit("salvage_not_covered", saved.event.payload);
  return saved;
}

function reasonOf(ending: Ending): string {
  switch (ending.kind) {
    case "exited":
      return ending.code === 0 ? "left when the agent was done" : `left when the agent failed with exit ${ending.code}`;
    case "signalled":
      return `left when the agent died of ${ending.signal}`;
    case "timed_out":
      return `left when the round reached its ${ending.wall} wall`;
    case "lingered":
      return "left when the agent did not leave after its result";
    case "stopped":
      return `left when the round was stopped by the ${ending.by}`;
    case "not_started":
      return "found when the agent could not be started";
    case "lost":
      return "found after a round whose end was not seen";
    default:
      return ending satisfies never;
  }
}

/** What the context of a round says of earlier salvages, and their ids. */
export interface Offer {
  readonly shas: readonly string[];
  /** For `round-context.json`; null when there is nothing to tell. */
  readonly context: readonly Readonly<Record<string, unknown>>[] | null;
}

export async function offerSalvages(number: number, tools: RoundTools): Promise<Offer> {
  const { config, files, host } = tools;
  const entries = toOffer(openSalvageLedger(files, config.runtime.logDir).list(), { round: number, most: mostOffered });
  if (entries.length === 0) return { shas: [], context: null };
  const { salvageContext } = await import("../vcs/salvage_context.ts");
  const command = [...host.selfCommand, "--config", config.file].map(shellQuote).join(" ");
  return { shas: entries.map(({ sha }) => sha), context: salvageContext(entries, { command }) };
}

/** A round that was told of them worked to its good end: they need not be told again, and may go one day. */
export async function noteOffered(number: number, { shas }: Offer, tools: RoundTools): Promise<void> {
  if (shas.length === 0) return;
  openSalvageLedger(tools.files, tools.config.runtime.logDir).mark(shas, { state: "offered", round: number });
  tools.sink.emit("salvage_offered", { round_num: number, shas });
  await letGo(tools);
}

/** At the start of a supervisor: the ledger after a crash, and what is old enough to go. */
export async function tidySalvages(tools: RoundTools): Promise<void> {
  const { config, files, git } = tools;
  const ledger = openSalvageLedger(files, config.runtime.logDir);
  if (ledger.list().length === 0) return;
  const { mendSalvages } = await import("../vcs/salvage_mend.ts");
  await mendSalvages(git, ledger, files);
  await letGo(tools);
}

/** Drops what has been kept long enough; git is only asked when there is such a salvage. */
async function letGo(tools: RoundTools): Promise<void> {
  const { config, files, git, clock, sink } = tools;
  const ledger = openSalvageLedger(files, config.runtime.logDir);
  const { salvageKeep: keep, salvageKeepDays: keepDays } = config.vcs;
  const limits = { keep, keepDays, nowMs: clock.now() };
  const { expiredSalvages, pruneSalvages } = await import("../vcs/salvage_keep.ts");
  if (expiredSalvages(ledger.list(), limits).length === 0) return;
  const { dropped } = await pruneSalvages(git, { ...limits, ledger, files });
  for (const { round, sha, ref } of dropped) {
    sink.emit("salvage_dropped", { round_num: round, sha, ref, why: "retention" });
  }
}
