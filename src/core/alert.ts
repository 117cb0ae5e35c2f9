// The words of the witness: what a detector finds, and how long an alert lives.

/** From harmless to harmful. */
export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

/** What is done about an alert besides telling it. */
export const alertActions = ["none", "stop_service", "hook"] as const;
export type AlertAction = (typeof alertActions)[number];

/** What a detector says is wrong at this moment. */
export interface Finding {
  /** Tells apart what may be wrong at the same time, e.g. a phase; "" where there is only one. Never its wording. */
  readonly identity: string;
  readonly severity: Severity;
  /** One sentence, redacted, at most 300 characters. */
  readonly message: string;
  /** Figures behind the sentence, wire names. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What to do about it; null when there is nothing to be done. */
  readonly fix: string | null;
  /** A command that shows more, e.g. `agent-runner peek --round 7 --log`. */
  readonly look: string | null;
}

/** An alert at one moment of its life. */
export interface Alert extends Finding {
  readonly detector: string;
  readonly action: AlertAction;
  /** `raised` once, `repeated` while it lasts, `resolved` at its end. */
  readonly state: "raised" | "repeated" | "resolved";
  /** Epoch milliseconds. */
  readonly raisedAt: number;
  /** Of this state, epoch milliseconds. */
  readonly at: number;
}
