// What a run of Claude Code has said so far, beyond what every stream comes to.
import { emptyLedger, type Ledger } from "./claude_usage.ts";
import type { Rejection } from "./claude_windows.ts";
import type { JsonRecord } from "./record.ts";
import type { SpokenAt } from "./spoken_time.ts";
import { blankState, type StreamState } from "./stream_state.ts";

/** Fields are replaced, never changed in place. */
export interface ClaudeState extends StreamState {
  /** Epoch milliseconds of the bytes now pushed; 0 when unknown. */
  readonly clock: () => number;
  /** IANA name of the zone times without one are told in; this machine's when undefined. */
  readonly timeZone: string | undefined;
  /** The command asks for text: lines that look like records may be words of the model. */
  readonly isText: boolean;
  /** The first record of a stream was seen. */
  hasBegun: boolean;
  /** The conversation is older than this run. */
  readonly isResumed: boolean;
  /** The run is paid by a login, which Claude Code can renew, and not by a key. */
  hasLogin: boolean;
  /** A usage window that was refused and not seen open since. */
  rejection: Rejection | null;
  /** The newest assistant record that stands for an error. */
  errorRecord: JsonRecord | null;
  ledger: Ledger;
  /** Ids of the calls whose refusal is counted. */
  deniedCalls: readonly string[];
}

/** A state in which nothing has been seen. */
export function blankClaudeState(about: Pick<ClaudeState, "clock" | "timeZone" | "isText" | "isResumed">): ClaudeState {
  return {
    ...blankState(),
    ...about,
    hasBegun: false,
    hasLogin: false,
    rejection: null,
    errorRecord: null,
    ledger: emptyLedger,
    deniedCalls: [],
  };
}

/** When the newest record was written: its own time is better than ours, which may be that of a later reading. */
export function momentOf({ latestTime, clock, timeZone }: ClaudeState): SpokenAt {
  return { now: latestTime > 0 ? latestTime : clock(), timeZone };
}
