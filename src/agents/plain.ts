// Reads the output of any command: what counts is how its process ended.
import type { Agent, AgentReader, Observations } from "../core/agent.ts";
import type { Ending } from "../core/round.ts";
import type { Verdict } from "../core/verdict.ts";
import { type Cause, cause, evidenceOf } from "./cause.ts";
import { judgeRound } from "./judge.ts";
import { LineSplitter } from "./lines.ts";
import { causeOfLastLine, hintIn } from "./plain_text.ts";
import { parseRecord, textOf, topLevelString } from "./record.ts";
import { lastCharacters } from "./text_tail.ts";

const title = "The agent";

/** What the record says that a CLI prints when it is done. */
interface Result {
  readonly isError: boolean;
  readonly sessionId: string | null;
}

/** Exit status decides; only for a round that was ended while it lingered the terminal record does. */
class PlainReader implements AgentReader {
  readonly name = "plain";
  readonly #lines = new LineSplitter((line) => this.#take(line), { keepsRecordHeads: true });
  #recordsSeen = 0;
  #result: Result | null = null;
  #unfinished: Result | null = null;
  #unfinishedLine: Uint8Array | null = null;

  push(bytes: Uint8Array): void {
    this.#lines.push(bytes);
  }

  observe(): Observations {
    const result = this.#terminalRecord();
    return {
      sessionId: result?.sessionId ?? null,
      model: null,
      cliVersion: null,
      turns: null,
      usage: null,
      hasTerminalRecord: result !== null,
      toolCalls: [],
      denials: [],
      degraded: [],
      windows: [],
      early: null,
      recordsSeen: this.#recordsSeen,
      unknownRecords: 0,
      badLines: this.#lines.oversized,
    };
  }

  judge(ending: Ending): Verdict {
    const lines = this.#lines.tailLines();
    const isOver = ending.kind === "lingered" || ending.kind === "timed_out" || ending.kind === "lost";
    return judgeRound(ending, {
      agent: title,
      own: null,
      degraded: [],
      terminal: isOver ? this.#terminalCause() : null,
      trouble: null,
      spoken: causeOfLastLine(lines),
      lines,
      hint: hintIn(lines),
      hasRecords: lines.length > 0,
      isExitTrusted: true,
    });
  }

  lastLines(): string {
    return lastCharacters(this.#lines.tailLines());
  }

  #terminalCause(): Cause | null {
    const result = this.#terminalRecord();
    if (!result) return null;
    const evidence = evidenceOf("result", { is_error: result.isError });
    return result.isError
      ? cause("error", `${title} reported a failure in its last record.`, { evidence })
      : cause("ok", `${title} reported its result.`, { evidence });
  }

  /** The newest terminal record, also one whose newline never came. */
  #terminalRecord(): Result | null {
    const line = this.#lines.wholePending;
    if (line !== this.#unfinishedLine) {
      this.#unfinishedLine = line;
      this.#unfinished = line && resultOf(line);
    }
    return this.#unfinished ?? this.#result;
  }

  #take(line: Uint8Array): void {
    this.#recordsSeen++;
    this.#result = (line === this.#unfinishedLine ? this.#unfinished : resultOf(line)) ?? this.#result;
  }
}

/** The terminal record of CLIs that print JSON lines: a whole object whose own `type` is `result`, else null. */
function resultOf(line: Uint8Array): Result | null {
  const label = topLevelString(line, "type");
  if (label.kind !== "found" || label.text !== "result") return null;
  const record = parseRecord(line);
  if (record?.type !== "result") return null;
  return { isError: record.is_error === true || record.status === "error", sessionId: textOf(record.session_id) };
}

/** Any command without a reader of its own. */
export default {
  name: "plain",
  title,
  binaries: [],
  capabilities: { tokens: "none", cost: "none", limits: "none", basis: "verified" },
  resuming: null,
  createReader: () => new PlainReader(),
} satisfies Agent;
