// What a verb may touch: the ports, the streams and nothing else.
import type { Binaries, ProgramFile } from "../ports/binaries.ts";
import type { Channels } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Host } from "../ports/host.ts";
import type { Http } from "../ports/http.ts";
import type { Lock } from "../ports/lock.ts";
import type { Processes } from "../ports/processes.ts";
import type { ServiceLine } from "../ports/service_line.ts";
import type { Signals } from "../ports/signals.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Web } from "../ports/web.ts";
import type { BoundPorts } from "../round/bounds.ts";

/** One of the program's output streams. */
export interface Stream {
  /** Writes all of it before it returns; false once the reader has gone away. */
  write(text: string): boolean;
  /** Queues a line without ever blocking, for programs that must go on when nobody reads; may drop the oldest. */
  post(line: string): void;
  /** Waits until what was posted is written, at most `milliseconds`. */
  drain(milliseconds: number): Promise<void>;
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 when it is none. */
  readonly columns: number;
  /** Colour is wanted: a terminal, and neither NO_COLOR nor TERM=dumb. */
  readonly hasColor: boolean;
}

/** What only an upgrade needs. */
export interface UpgradeMeans {
  readonly web: Web;
  readonly binaries: Binaries;
  /** What is to be upgraded. */
  readonly program: ProgramFile;
  /** Public keys in base64; a release has to be signed with one of them. */
  readonly keys: readonly string[];
}

/** The composition root hands one of these to the verb; tests hand in fakes. */
export interface World extends BoundPorts {
  readonly version: string;
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly channels: Channels;
  readonly lock: Lock;
  readonly host: Host;
  readonly http: Http;
  readonly signals: Signals;
  /** The line to the service manager that started this process; absent or null: none did. Asked once. */
  serviceLine?(): Promise<ServiceLine | null>;
  /** The runtime's own exporter of telemetry; absent or null: it has none, or it is off. Asked once. */
  runtimeTelemetry?(): Promise<Telemetry | null>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** What is piped into this process, as text, at most so many bytes; absent: nothing can be. */
  readInput?(mostBytes: number): Promise<string>;
  /** Loaded when it is asked for. */
  upgradeMeans(): Promise<UpgradeMeans>;
  /** Reads an embedded file, e.g. `presets/claude.toml`; null when there is none. */
  asset(path: string): string | null;
  /** Names of the embedded files in a folder, sorted. */
  assets(folder: string): readonly string[];
}
