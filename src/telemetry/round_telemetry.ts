// Gives each round a span and hands its place in the trace to the agent.
import { readTraceparent, spellTraceparent, traceIdsOf, traceVariables } from "../core/trace_context.ts";
import type { RoundResult } from "../core/round.ts";
import type { OpenSpan, Telemetry } from "../ports/telemetry.ts";
import { errorOf, measurementsOf, spanAttributes, spanName } from "./round_facts.ts";

type Environment = Readonly<Record<string, string>>;

/** A round as its span begins. */
export interface TracedRound {
  /** UUID. */
  readonly id: string;
  /** Name of the reader. */
  readonly agent: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** The telemetry of one project. */
export class RoundTelemetry {
  readonly #telemetry: Telemetry;
  readonly #project: string;
  /** Of the round that was begun last: no other can end. */
  #open: { readonly id: string; readonly span: OpenSpan } | null = null;

  constructor(telemetry: Telemetry, project: string) {
    this.#telemetry = telemetry;
    this.#project = project;
  }

  /** Begins the span. @param inherited what the supervisor got @returns the same with the place in the trace that the agent is to have */
  begun(round: TracedRound, inherited: Environment): Environment {
    const span = this.#begin(round, inherited);
    this.#open = { id: round.id, span };
    const { [traceVariables.state]: state, ...rest } = inherited;
    const isGoneOn = readTraceparent(inherited[traceVariables.parent]) !== null;
    return {
      ...rest,
      ...(isGoneOn && state !== undefined ? { [traceVariables.state]: state } : {}),
      [traceVariables.parent]: spellTraceparent(span.context),
    };
  }

  /** The round is on record. Never throws, and waits for nothing. */
  settled(id: string, result: RoundResult, inherited: Environment): void {
    const isAdopted = this.#open?.id !== id;
    const span = this.#open !== null && !isAdopted
      ? this.#open.span
      : this.#begin({ id, agent: result.agentName, startedAt: result.startedAt }, inherited);
    this.#open = null;
    const attributes = spanAttributes(result, { id, project: this.#project, isAdopted });
    span.end({ endedAt: result.endedAt, attributes, error: errorOf(result) });
    for (const { instrument, value, attributes } of measurementsOf(result)) {
      this.#telemetry.measure(instrument, value, attributes);
    }
    this.#telemetry.flush();
  }

  /** Sends what is left, within so many milliseconds. */
  async close(milliseconds: number): Promise<void> {
    await this.#telemetry.close(milliseconds);
  }

  #begin({ id, agent, startedAt }: TracedRound, inherited: Environment): OpenSpan {
    return this.#telemetry.begin({
      name: spanName(agent),
      startedAt,
      ids: traceIdsOf(id),
      parent: readTraceparent(inherited[traceVariables.parent]),
    });
  }
}
