// What a service is made of, whatever manager runs it.
import type { ServiceMode } from "../core/service.ts";
import type { Role } from "./names.ts";

/** One service, ready to be written down. */
export interface ServiceSpec {
  readonly mode: ServiceMode;
  readonly role: Role;
  /** As the names of services carry it. */
  readonly instance: string;
  readonly project: string;
  /** Path under which the service is written. */
  readonly file: string;
  readonly argv: readonly string[];
  readonly workDir: string;
  readonly configFile: string;
  readonly logDir: string;
  /** What the service has beyond what its manager gives it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whom a service of the whole machine runs as; null: whoever the manager belongs to. */
  readonly user: string | null;
  /** Seconds within which it has left once it was asked to. */
  readonly stopSeconds: number;
  /** Seconds without a sign of life after which it counts as hung. */
  readonly watchdogSeconds: number;
  /** Limits of a round, with room for the supervisor; null: none. */
  readonly memoryMb: number | null;
  readonly tasksMax: number | null;
}
