// Reads a run of Claude Code whose records may come as one array at its end.
import type { AgentReader, Observations } from "../core/agent.ts";
import type { Ending } from "../core/round.ts";
import type { Verdict } from "../core/verdict.ts";
import { ArrayUnroller } from "./claude_array.ts";

/** Reads records one by one, whether they stand on lines of their own or in an array. */
export class ClaudeReader implements AgentReader {
  readonly #unroller = new ArrayUnroller();
  readonly #records: AgentReader;

  constructor(records: AgentReader) {
    this.#records = records;
  }

  get name(): string {
    return this.#records.name;
  }

  push(bytes: Uint8Array): void {
    this.#records.push(this.#unroller.push(bytes));
  }

  observe(): Observations {
    return this.#records.observe();
  }

  judge(ending: Ending): Verdict {
    return this.#records.judge(ending);
  }

  lastLines(): string {
    return this.#records.lastLines();
  }
}
