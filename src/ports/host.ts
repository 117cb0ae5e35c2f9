// Facts about the machine and this process.

export interface HostSample {
  readonly memoryTotalMb: number;
  readonly memoryAvailableMb: number;
  readonly load: readonly [number, number, number] | null;
}

export interface DiskSample {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly usedPercent: number;
}

export interface Host {
  readonly pid: number;
  /** The words that start this program once more: the binary alone, or the runtime with its flags and the source. */
  readonly selfCommand: readonly string[];
  /** The same with everything that the program may ever do, for a process that is to outlive this one. */
  readonly serveCommand: readonly string[];
  /** `x86_64` or `aarch64`. */
  readonly machine: string;
  hostName(): string;
  /** Seconds since the machine started; a clock that survives this process and never steps. */
  uptimeSeconds(): number;
  sample(): HostSample;
  /** File system that holds `path`; null when it cannot be told. */
  disk(path: string): Promise<DiskSample | null>;
  environment(): Readonly<Record<string, string>>;
  /**
   * Has the runtime give up garbage soon, for some milliseconds of CPU. Left alone it keeps what outlived a pause until its
   * heap is worth a collection, which on a machine with much memory takes days.
   */
  collectGarbage(): void;
  homeDir(): string;
  workDir(): string;
}
