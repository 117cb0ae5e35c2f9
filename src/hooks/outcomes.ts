// What the host of the hooks gives back at each point, ready to be recorded.
import type { Usage } from "../core/agent.ts";
import type { OperatorError } from "../core/errors.ts";
import type { EventPayload } from "../core/event_payload.ts";
import type { CostEstimate } from "../core/price.ts";
import type { NextAction, Verdict } from "../core/verdict.ts";
import type { Slices } from "./context_slices.ts";
import type { OwnEvent } from "./own_events.ts";
import type { DirtyOutcomeKind } from "./request.ts";

/** Payload of a `hook_failed` that is to be written. */
export type FailedHook = EventPayload<"hook_failed">;

/** Payload of a `prompt_overwritten` that is to be written. */
export type PromptChange = EventPayload<"prompt_overwritten">;

/** `failed`: serve must not go on; `payload` is that of `serve_startup_hook_failed`, `error` is for the operator. */
export type StartOutcome =
  | { readonly kind: "ok" }
  | {
    readonly kind: "failed";
    readonly payload: EventPayload<"serve_startup_hook_failed">;
    readonly error: OperatorError;
  };

export interface BeforeOutcome {
  /** Texts to be put after the prompt, in their order. */
  readonly addenda: readonly string[];
  readonly overwritten: readonly PromptChange[];
  readonly failures: readonly FailedHook[];
}

export interface ContextOutcome {
  /** For `withSlices`. */
  readonly slices: Slices;
  readonly failures: readonly FailedHook[];
}

/** A hook dealt with the uncommitted work. */
export interface HandledTree {
  readonly kind: DirtyOutcomeKind;
  /** Full SHA as the hook says; never null for `stashed` and `committed`. Whether there is such a commit is not known. */
  readonly ref: string | null;
  readonly hook: string;
}

export interface DirtyOutcome {
  /** Null: every hook passed, the policy of the configuration is next. */
  readonly handled: HandledTree | null;
  readonly failures: readonly FailedHook[];
}

/** An event that the table of kinds knows. */
export type KnownEvent =
  | { readonly kind: "transient_error_detected"; readonly payload: EventPayload<"transient_error_detected"> }
  | { readonly kind: "agent_usage_recorded"; readonly payload: EventPayload<"agent_usage_recorded"> };

export interface AfterOutcome {
  /** The round's verdict, with what a hook says of the provider. */
  readonly verdict: Verdict;
  /** The round's usage, or that of a hook where the agent's output told of none. */
  readonly usage: Usage | null;
  /** Of a hook's usage without a cost; null otherwise. */
  readonly estimate: CostEstimate | null;
  /** What the first hook that says so wants next; null when none does. */
  readonly nextAction: NextAction | null;
  /** To be written, in this order. */
  readonly events: readonly KnownEvent[];
  readonly ownEvents: readonly OwnEvent[];
  readonly failures: readonly FailedHook[];
}

/** Something a hook found wrong at `monitor_detect`. */
export interface HookAlert {
  /** The hook's name. */
  readonly detector: string;
  readonly severity: "info" | "warning" | "critical";
  /** Redacted. */
  readonly message: string;
}

export interface DetectOutcome {
  readonly alerts: readonly HookAlert[];
  readonly failures: readonly FailedHook[];
}
