// The words of one try to deliver: what is needed for it, and what came of it.
import type { NotifySettings } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Host } from "../ports/host.ts";
import type { Processes } from "../ports/processes.ts";
import type { Message } from "./spell_notice.ts";

/** What came of a try. */
export type Delivered =
  | { readonly kind: "sent" }
  | {
    readonly kind: "failed";
    /** For people, without secrets. */
    readonly reason: string;
    /** Trying again later may help. */
    readonly mayPass: boolean;
    /** What the server asks for; null: nothing. */
    readonly retryAfterSeconds: number | null;
  };

export interface DeliveryPorts {
  readonly clock: Clock;
  readonly files: Files;
  readonly host: Host;
  readonly processes: Processes;
}

/** One message for one sink. */
export interface Delivery {
  /** Name of the sink. */
  readonly sink: string;
  readonly settings: NotifySettings;
  /** The same over every try. */
  readonly id: string;
  readonly message: Message;
  /** Folder in which programs run. */
  readonly workDir: string;
  /** Ends the try. */
  readonly stop?: AbortSignal;
}

/** A failure that another try may mend. */
export function failedForNow(reason: string, retryAfterSeconds: number | null = null): Delivered {
  return { kind: "failed", reason, mayPass: true, retryAfterSeconds };
}

/** A failure that no further try changes. */
export function failedForGood(reason: string): Delivered {
  return { kind: "failed", reason, mayPass: false, retryAfterSeconds: null };
}
