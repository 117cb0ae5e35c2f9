// Calls the operator's hooks at their points of a round, and puts what they did on record.
import { withSlices } from "../hooks/context_slices.ts";
import type { HookHost } from "../hooks/host.ts";
import type { HandledTree } from "../hooks/outcomes.ts";
import { agentOf } from "../hooks/request.ts";
import type { DirtyOutcomeKind, HookRound } from "../hooks/request.ts";
import type { RoundResult } from "../core/round.ts";
import type { RoundIdentity, RoundTools } from "./tools.ts";

type Named = Pick<RoundIdentity, "number" | "id" | "phase" | "startedAt" | "log">;

/** What hooks add before the agent starts. */
export interface HookedStart {
  /** Texts after the prompt, in their order. */
  readonly addenda: readonly string[];
  /** The context with what hooks tell the agent. */
  readonly context: Record<string, unknown>;
}

/** `round_before`, then `round_context`. */
export async function hooksBefore(
  round: Named,
  given: {
    readonly context: Record<string, unknown>;
    readonly promptFiles: readonly string[];
    readonly stop: AbortSignal;
  },
  tools: RoundTools,
): Promise<HookedStart> {
  const { hooks } = tools;
  if (hooks === null) return { addenda: [], context: given.context };
  const call = { round: hookRound(round, tools), stop: given.stop };
  const before = await hooks.roundBefore({ ...call, promptFiles: given.promptFiles });
  recordFailures(before.failures, tools);
  for (const change of before.overwritten) tools.sink.emit("prompt_overwritten", change);
  const told = await hooks.roundContext({ ...call, context: given.context });
  recordFailures(told.failures, tools);
  return { addenda: before.addenda, context: withSlices(given.context, told.slices) };
}

/** `round_dirty`: what a hook did with uncommitted work, or null where the policy is next. */
export async function hooksOnDirty(
  round: Named,
  tree: { readonly files: readonly string[]; readonly head: string | null },
  tools: RoundTools,
): Promise<HandledTree | null> {
  if (!tools.hooks?.has("round_dirty")) return null;
  const { handled, failures } = await tools.hooks.roundDirty({ round: hookRound(round, tools), ...tree });
  recordFailures(failures, tools);
  return handled;
}

/** `round_after`: the result with what hooks know of it. */
export async function hooksAfter(
  round: Named,
  came: { readonly result: RoundResult; readonly dirtyOutcome: DirtyOutcomeKind | null },
  tools: RoundTools,
): Promise<RoundResult> {
  const { result, dirtyOutcome } = came;
  if (!tools.hooks?.has("round_after")) return result;
  const after = await tools.hooks.roundAfter({ round: hookRound(round, tools), dirtyOutcome }, result);
  for (const event of after.events) tools.sink.emit(event.kind, event.payload as never);
  for (const { kind, payload } of after.ownEvents) tools.sink.emitOwn(kind, payload);
  recordFailures(after.failures, tools);
  const estimatedUsd = after.estimate?.usd ?? result.estimatedUsd;
  return { ...result, verdict: after.verdict, usage: after.usage, estimatedUsd, nextAction: after.nextAction };
}

function hookRound({ number, id, phase, startedAt, log }: Named, tools: RoundTools): HookRound {
  return { number, id, phase, startedAt, logPath: log, agent: agentOf(tools.config) };
}

function recordFailures(
  failures: Awaited<ReturnType<HookHost["roundBefore"]>>["failures"],
  tools: RoundTools,
): void {
  for (const failure of failures) {
    tools.sink.emit("hook_failed", failure);
    const text = `hook '${failure.hook_name}' failed and is left out: ${failure.error_message}`;
    tools.tell({ kind: "hook_failed", text, tone: "warn", facts: { hook: failure.hook_name } });
  }
}
