// Executable files as the upgrade handles them: large, written piece by piece, and never absent for a moment.

/** A file that grows at its end. */
export interface Growing {
  /** Writes all of it. Throws `FileFault`. */
  write(bytes: Uint8Array): void;
  /** Has the disk hold what was written, so that a power cut cannot take it. Throws `FileFault`. */
  sync(): void;
  close(): void;
}

export interface Binaries {
  /** Opens a file for appending; made when absent, for its owner alone. Throws `FileFault`. */
  grow(path: string): Growing;
  /** Gives a file a second name, or copies it where the file system has no such thing. Throws `FileFault`. */
  keep(path: string, as: string): void;
  /** Who may read, write and run it, as `chmod` takes it; null when there is no such file. */
  mode(path: string): number | null;
}

/** This program as a file. */
export interface ProgramFile {
  /** Absolute, without links; null when it runs from its source. */
  readonly path: string | null;
  /** Name of the machine as release files carry it, such as `linux-aarch64`. */
  readonly platform: string;
}
