// The W3C trace context in an environment: read from whoever started this process, written for the agent.

/** A place in a trace. */
export interface TraceContext {
  /** 32 digits in lower-case hex, not all of them 0. */
  readonly traceId: string;
  /** 16 such digits. */
  readonly spanId: string;
  /** Whoever began the trace keeps it. */
  readonly isSampled: boolean;
}

/** Environment variables that carry it. */
export const traceVariables = { parent: "TRACEPARENT", state: "TRACESTATE" } as const;

const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** What `TRACEPARENT` says; null where there is none, or none that can be used. */
export function readTraceparent(text: string | undefined): TraceContext | null {
  const [, version, traceId, spanId, flags, more] = form.exec(text?.trim() ?? "") ?? [];
  if (version === undefined || version === "ff" || (version === "00" && more !== undefined)) return null;
  if (isNothing(traceId!) || isNothing(spanId!)) return null;
  return { traceId: traceId!, spanId: spanId!, isSampled: (parseInt(flags!, 16) & 1) === 1 };
}

/** The value of `TRACEPARENT`. */
export function spellTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}

/**
 * Ids that belong to a round for good: another life of the supervisor finds the same ones.
 * @param roundId a UUID; of anything else the ids are made up
 */
export function traceIdsOf(roundId: string): { readonly traceId: string; readonly spanId: string } {
  const digits = roundId.toLowerCase().replaceAll("-", "");
  const isUsable = /^[0-9a-f]{32}$/.test(digits) && !isNothing(digits.slice(16));
  const traceId = isUsable ? digits : crypto.randomUUID().replaceAll("-", "");
  return { traceId, spanId: traceId.slice(16) };
}

function isNothing(digits: string): boolean {
  return /^0*$/.test(digits);
}
