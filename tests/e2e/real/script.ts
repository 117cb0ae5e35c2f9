// What a scripted model does, request after request, whatever protocol the agent speaks.

/** What the model answers to one request, or what the provider does instead. */
export type Step =
  | { readonly kind: "text"; readonly text: string }
  /** A call of the agent's own shell tool. */
  | { readonly kind: "shell"; readonly command: string }
  /** The provider refuses, in the words of its protocol. */
  | { readonly kind: "refuse"; readonly reason: Refusal }
  /** A used-up allowance: every request is refused from the first one on, until it is over. */
  | { readonly kind: "limit"; readonly limit: LimitSpec }
  /** The request is never answered. */
  | { readonly kind: "hang" };

/** `credentials`: 401; `overload`: 529 or 503, as the provider does. */
export type Refusal = "credentials" | "overload";

/** When a limit ends: at a time, or after so many refused requests. */
export type LimitSpec =
  | {
    /** From the first refused request on. */
    readonly seconds: number;
    /** It ends at the next multiple of so many seconds: 60 for a CLI that shows no seconds. */
    readonly roundedUpTo?: number;
  }
  | {
    readonly requests: number;
    /** What the provider asks to wait. */
    readonly saysSeconds: number;
  };

/** A limit that has begun. */
export interface Limit {
  /** Epoch seconds. */
  readonly resetsAt: number;
  /** What the provider asks to wait. */
  readonly retryAfterSeconds: number;
}

/** The steps of a scenario, one for each request of the model; the last one is repeated. */
export class Script {
  readonly #steps: readonly Step[];
  #taken = 0;
  /** The limit of the current step, once it has begun, with the number of its refusals. */
  #begun: { refusals: number } | null = null;
  /** Ends of the limits that were told, in epoch seconds, oldest first. */
  readonly resets: number[] = [];

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /** The step of the next request. A limit holds until it is over. */
  next(): Step {
    const step = this.peek();
    if (step.kind === "limit") this.#start(step.limit).refusals++;
    else this.#taken++;
    return step;
  }

  /** The step that the next request gets, as things are. */
  peek(): Step {
    const step = this.#steps[Math.min(this.#taken, this.#steps.length - 1)]!;
    if (step.kind !== "limit" || !this.#isOver(step.limit)) return step;
    this.#taken++;
    this.#begun = null;
    return this.peek();
  }

  /** What the provider says of the limit it is in. */
  limit(spec: LimitSpec): Limit {
    this.#start(spec);
    const resetsAt = this.resets.at(-1)!;
    return { resetsAt, retryAfterSeconds: "requests" in spec ? spec.saysSeconds : Math.ceil(resetsAt - now()) };
  }

  #isOver(spec: LimitSpec): boolean {
    const begun = this.#begun;
    if (begun === null) return false;
    return "requests" in spec ? begun.refusals >= spec.requests : now() >= this.resets.at(-1)!;
  }

  #start(spec: LimitSpec): { refusals: number } {
    if (this.#begun !== null) return this.#begun;
    const { seconds, roundedUpTo = 1 } = "requests" in spec ? { seconds: spec.saysSeconds } : spec;
    this.resets.push(Math.ceil((now() + seconds) / roundedUpTo) * roundedUpTo);
    this.#begun = { refusals: 0 };
    return this.#begun;
  }
}

function now(): number {
  return Date.now() / 1000;
}
