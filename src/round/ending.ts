// Puts into one word how a round's process ended, from what the watch noted on the way.
import { signalOfExitCode } from "../core/round.ts";
import type { Ending, Wall } from "../core/round.ts";
import type { LeaderEnd } from "./leader.ts";

/** What we did comes before what the agent made of it: a round we ended is never called the agent's fault. */
export function endingOf(
  notes: {
    readonly end: LeaderEnd | null;
    readonly wall: Wall | null;
    readonly hasLingered: boolean;
    readonly isStopped: boolean;
    readonly isEndedEarly: boolean;
  },
): Ending {
  const code = notes.end?.code ?? null;
  if (notes.isStopped) return { kind: "stopped", by: "operator", code };
  if (notes.wall !== null) return { kind: "timed_out", wall: notes.wall, code };
  if (notes.isEndedEarly) return { kind: "stopped", by: "supervisor", code };
  if (notes.hasLingered) return { kind: "lingered", code };
  if (code === null) return { kind: "lost", reason: "the process that led the round was killed" };
  if (notes.end?.diedBySignal) return { kind: "signalled", signal: signalOfExitCode(code) ?? `signal ${-code}` };
  return { kind: "exited", code };
}
