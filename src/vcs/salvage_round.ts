// Saves what a round left, with the ledger told before and after; says what to put on record.
import { clip, visible } from "../core/text.ts";
import { redact } from "../core/redact.ts";
import type { SalvageLedger } from "../store/salvage_ledger.ts";
import { saveTree } from "./salvage.ts";
import type { SalvageRequest, SaveOutcome } from "./salvage.ts";
import { readSalvageRef } from "./salvage_message.ts";
import type { SalvageMoment } from "./salvage_message.ts";
import type { NotCovered } from "./salvage_scan.ts";

/** What came of it, the event that tells of it, and a line for people. */
export interface RoundSalvage {
  readonly outcome: SaveOutcome;
  /** Null when nothing was uncommitted. */
  readonly event: SalvageEvent | null;
  /** Empty when there is nothing to say. */
  readonly note: string;
}

/** An event as `emit` takes it. */
export type SalvageEvent =
  | {
    readonly kind: "salvage_saved";
    readonly payload: {
      readonly round_num: number;
      readonly sha: string;
      readonly ref: string;
      readonly count: number;
      readonly files: readonly string[];
      readonly why: string;
      readonly moment: SalvageMoment;
      readonly is_reused: boolean;
      readonly not_covered: readonly Readonly<Record<string, unknown>>[];
    };
  }
  | {
    readonly kind: "salvage_not_covered";
    readonly payload: {
      readonly round_num: number;
      readonly moment: SalvageMoment;
      readonly not_covered: readonly Readonly<Record<string, unknown>>[];
    };
  }
  | {
    readonly kind: "salvage_failed";
    readonly payload: {
      readonly round_num: number;
      readonly moment: SalvageMoment;
      readonly cause: string;
      readonly reason: string;
    };
  };

const filesListed = 20;
const gapsListed = 20;
const longestReason = 300;

/** Never throws for git's failures or the disk's: a ledger that cannot be written is repaired from the refs later. */
export async function salvageRound(
  request: Omit<SalvageRequest, "announce"> & { readonly ledger: SalvageLedger },
): Promise<RoundSalvage> {
  const { ledger, round, phase, atMs } = request;
  const why = redact(request.why);
  const announcement = { round, phase, why, atMs };
  let announced: string | null = null;
  const outcome = await saveTree({
    ...request,
    why,
    announce: (ref) => {
      announced = ref;
      ledger.announce({ ...announcement, ref });
    },
  });
  if (outcome.kind === "saved") {
    const { sha, ref, files } = outcome;
    // One that is used again is still of the round that made it.
    ledger.confirm({ ...announcement, ...readSalvageRef(ref), sha, ref, files }, announced);
  } else if (announced !== null) ledger.withdraw(announced);
  return { outcome, event: eventOf({ round, moment: request.moment, why }, outcome), note: noteOf(outcome) };
}

function eventOf(
  { round, moment, why }: Pick<SalvageRequest, "round" | "moment" | "why">,
  outcome: SaveOutcome,
): SalvageEvent | null {
  switch (outcome.kind) {
    case "clean":
      if (outcome.notCovered.length === 0) return null;
      return {
        kind: "salvage_not_covered",
        payload: { round_num: round, moment, not_covered: wireGaps(outcome.notCovered) },
      };
    case "saved":
      return {
        kind: "salvage_saved",
        payload: {
          round_num: round,
          sha: outcome.sha,
          ref: outcome.ref,
          count: outcome.files.length,
          files: outcome.files.slice(0, filesListed),
          why,
          moment,
          is_reused: outcome.isReused,
          not_covered: wireGaps(outcome.notCovered),
        },
      };
    case "failed":
      return {
        kind: "salvage_failed",
        payload: {
          round_num: round,
          moment,
          cause: outcome.cause,
          reason: clip(redact(outcome.reason), longestReason),
        },
      };
    default:
      return outcome satisfies never;
  }
}

function wireGaps(gaps: readonly NotCovered[]): readonly Readonly<Record<string, unknown>>[] {
  return gaps.slice(0, gapsListed).map((gap) => ({ ...gap }));
}

function noteOf(outcome: SaveOutcome): string {
  switch (outcome.kind) {
    case "clean": {
      const [first] = outcome.notCovered;
      return first === undefined ? "" : `nothing could be saved: '${visible(first.path)}': ${visible(first.why)}`;
    }
    case "saved": {
      const gaps = outcome.notCovered.length;
      const rest = gaps === 0 ? "" : `, without ${gaps === 1 ? "1 path" : `${gaps} paths`} that git cannot save`;
      return `${outcome.files.length === 1 ? "1 path" : `${outcome.files.length} paths`} saved as ${
        outcome.sha.slice(0, 12)
      }${rest}`;
    }
    case "failed":
      return `what is uncommitted could not be saved: ${outcome.reason}`;
    default:
      return outcome satisfies never;
  }
}
