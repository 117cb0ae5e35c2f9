// The line to the service manager that started this process, where there is one.

export interface ServiceLine {
  /** Milliseconds after which the manager takes silence for a hang; null: it does not watch. */
  readonly watchdogMs: number | null;
  /** A message costs next to nothing; else it costs a process. */
  readonly isCheap: boolean;
  /** Sends `NAME=value` lines, e.g. `READY=1`. What does not get through is lost. */
  send(lines: readonly string[]): Promise<void>;
  close(): void;
}
