// The one error class that is meant for people, and the exit codes every verb shares.

/** Exit codes of every verb. 75, 77 and 78 are those of sysexits.h. */
export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** Another supervisor holds the lock, or this one left for its successor: start it again (EX_TEMPFAIL). */
  busy: 75,
  /** The configuration or the start-up battery failed: do not restart (EX_CONFIG). */
  config: 78,
} as const;

/** A failure the operator can mend: shown as two lines on stderr, never with a stack. */
export class OperatorError extends Error {
  readonly fix: string;
  readonly exitCode: number;

  /** @param message what is wrong. @param options `fix`: what to do about it; `exitCode`: default 1. */
  constructor(message: string, options: { readonly fix: string; readonly exitCode?: number }) {
    super(message);
    this.name = "OperatorError";
    this.fix = options.fix;
    this.exitCode = options.exitCode ?? exitCode.failure;
  }
}

/** What was typed makes no sense: exit code 2. */
export function usageError(message: string, fix: string): OperatorError {
  return new OperatorError(message, { fix, exitCode: exitCode.usage });
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}
