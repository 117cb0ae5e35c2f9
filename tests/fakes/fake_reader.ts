// A reader of a CLI that nobody makes: lines that begin with RESULT end its work, others are just said.
import type { Agent, AgentReader, Observations } from "../../src/core/agent.ts";
import type { Ending } from "../../src/core/round.ts";
import type { Verdict, VerdictKind } from "../../src/core/verdict.ts";

/** A verdict with nothing special about it. */
export function plainVerdict(kind: VerdictKind, changes: Partial<Verdict> = {}): Verdict {
  return {
    kind,
    summary: `the round was ${kind}`,
    evidence: [],
    resetsAt: null,
    retryAfterSeconds: null,
    waitClass: null,
    needsHuman: false,
    degraded: [],
    ...changes,
  };
}

/** Judges by the ending alone unless told otherwise; never throws. */
export class FakeReader implements AgentReader {
  readonly name = "fake";
  bytes = 0;
  /** What `observe` is to say beyond the text. */
  shown: Partial<Observations> = {};
  #text = "";
  readonly #judge: (ending: Ending, text: string) => Verdict;

  constructor(judge: (ending: Ending, text: string) => Verdict = judgeByEnding) {
    this.#judge = judge;
  }

  push(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.#text = (this.#text + new TextDecoder().decode(bytes)).slice(-10_000);
  }

  observe(): Observations {
    return {
      sessionId: null,
      model: null,
      cliVersion: null,
      turns: null,
      usage: null,
      hasTerminalRecord: /^RESULT/m.test(this.#text),
      toolCalls: [],
      denials: [],
      degraded: [],
      windows: [],
      early: null,
      recordsSeen: 0,
      unknownRecords: 0,
      badLines: 0,
      ...this.shown,
    };
  }

  judge(ending: Ending): Verdict {
    return this.#judge(ending, this.#text);
  }

  lastLines(): string {
    return this.#text.split("\n").filter((line) => line !== "").slice(-5).join("\n");
  }
}

function judgeByEnding(ending: Ending): Verdict {
  if (ending.kind === "exited" && ending.code === 0) return plainVerdict("ok");
  if (ending.kind === "timed_out") return plainVerdict("hung");
  if (ending.kind === "stopped") return plainVerdict("interrupted");
  return plainVerdict("error");
}

/** The agent this reader is for. */
export function fakeAgent(judge?: (ending: Ending, text: string) => Verdict): Agent {
  return {
    name: "fake",
    title: "The fake",
    binaries: ["agent"],
    capabilities: { tokens: "none", cost: "none", limits: "none", basis: "verified" },
    resuming: null,
    createReader: () => new FakeReader(judge),
  };
}
