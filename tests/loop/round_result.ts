// A round's result for tests of what comes after it.
import type { RoundResult } from "../../src/core/round.ts";
import type { VerdictKind } from "../../src/core/verdict.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { noChange } from "../fakes/round_change.ts";

/** Ten seconds of a round that was `kind`. */
export function resultOf(
  kind: VerdictKind,
  verdict: Parameters<typeof plainVerdict>[1] = {},
  changes: Partial<RoundResult> = {},
): RoundResult {
  return {
    number: 5,
    phase: null,
    ending: { kind: "exited", code: 0 },
    verdict: plainVerdict(kind, verdict),
    usage: null,
    agentName: "fake",
    agentVersion: null,
    estimatedUsd: null,
    windows: [],
    nextAction: null,
    isSessionRefused: false,
    sessionId: null,
    dirtyFiles: [],
    change: noChange,
    unchangedRounds: 0,
    salvagedRef: null,
    startedAt: 0,
    endedAt: 0,
    durationSeconds: 10,
    leftoversEnded: 0,
    lastLines: "",
    ...changes,
  };
}
