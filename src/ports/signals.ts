// Signals sent to this process, as a subscription.
import type { SignalName } from "../core/round.ts";

export interface Signals {
  /** Calls `listener` for every such signal until the returned function is called. */
  listen(names: readonly SignalName[], listener: (name: SignalName) => void): () => void;
}
