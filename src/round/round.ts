// One round from its check to its record: the conductor.
import { isoTime } from "../core/text.ts";
import type { RoundPlan, RoundResult } from "../core/round.ts";
import { openOrphanLedger } from "../vcs/orphan.ts";
import { boundlessRoom } from "./act_early.ts";
import type { Room } from "./act_early.ts";
import { standingAtStart } from "./change.ts";
import { buildContext } from "./context.ts";
import { joinPath } from "../core/path.ts";
import { hooksBefore } from "./hook_calls.ts";
import { pathsOf, planRound } from "./plan.ts";
import { precheck } from "./precheck.ts";
import type { Check } from "./precheck.ts";
import { noteOffered, offerSalvages } from "./salvage_left.ts";
import type { Offer } from "./salvage_left.ts";
import { recordSample } from "./sample.ts";
import { chooseSession, sessionContext } from "./session.ts";
import type { SessionChoice } from "./session.ts";
import { quietly, start, tellStart } from "./start.ts";
import { recordSubstrate } from "./substrate.ts";
import type { RoundTools } from "./tools.ts";
import { closeBook, watchAndSettle } from "./watch.ts";
import { lookBefore, saveBefore } from "./work_before.ts";

/** `refused`: the battery failed; `not_begun`: a stop came meanwhile. Nothing was started and no number was taken. */
export type RoundOutcome =
  | { readonly kind: "not_begun" }
  | { readonly kind: "refused"; readonly failures: readonly Check[] }
  | { readonly kind: "done"; readonly result: RoundResult };

/** What a round is given by the loop it belongs to, and owes to the budgets. */
export interface RoundMeans {
  /** What is left of them; absent: nothing bounds the round. */
  readonly room?: Room;
  /** Called before the round is closed on record: dying in between makes the next life call it again. */
  readonly onSettled?: (result: RoundResult) => void;
  /** Whether the operator asked that the agent of this round finishes; absent: nobody can ask. A glance. */
  readonly isCancelled?: (round: number) => boolean;
  /** What the operator left for the next round; absent: nobody can leave anything. */
  readonly words?: OperatorWords;
  /** Fires when the round is to be left as it is, for the next life; its reason is thrown. Absent: it never is. */
  readonly leave?: AbortSignal;
}

/** Texts for the next round that has an agent. */
export interface OperatorWords {
  /** What this round's prompt ends with, asked for right before its agent is started; null: nothing. */
  forRound(round: number): string | null;
  /** @param wasTold the agent of that round was started with it */
  settle(round: number, wasTold: boolean): void;
}

export interface RoundRequest extends RoundMeans {
  /** `--phase`, or null for the rotation. */
  readonly phase: string | null;
  /** The start-up battery is skipped (AGENT_RUNNER_SKIP_STARTUP_CHECK). */
  readonly skipsBattery: boolean;
  /** Fires when the round is to be stopped now. */
  readonly stop: AbortSignal;
  /** Fires when no further round is to begin; one that has taken its number goes on. Absent: it never does. */
  readonly finish?: AbortSignal;
  /** What came before asks for a new session. */
  readonly wantsFreshSession?: boolean;
}

export async function runRound(request: RoundRequest, tools: RoundTools): Promise<RoundOutcome> {
  const { config, clock, book, sink, host } = tools;
  const own = host.environment();
  const id = crypto.randomUUID();
  const inherited = tools.telemetry?.begun({ id, agent: tools.agent.name, startedAt: clock.now() }, own) ?? own;
  const plan = planRound({ config, number: book.nextNumber, id, phase: request.phase, inherited });
  const before = await lookBefore(tools);
  const startedAt = clock.now();
  const session = chooseSession({
    agent: tools.agent,
    settings: config.agent,
    status: book.status,
    wantsFresh: request.wantsFreshSession ?? false,
    newId: crypto.randomUUID(),
    now: startedAt,
  });
  const offer = await offerSalvages(plan.number, tools);
  const context = contextOf(plan, { startedAt, session, salvaged: offer.context }, tools);
  const isInjected = config.prompt.injectContext && config.prompt.contextInjectionMode === "prepend";
  const checked = precheck({
    config,
    plan,
    context: isInjected ? context : null,
    workTree: before.workTree,
    machine: host.machine,
  }, tools);
  if (checked.failures.length > 0 && !request.skipsBattery) {
    for (const check of checked.failures) sink.emit("smoke_check_failed", { reason: `${check.name}: ${check.reason}` });
    return { kind: "refused", failures: checked.failures };
  }
  // To look at the tree may have taken a while.
  if (request.finish?.aborted) return { kind: "not_begun" };
  const { head } = before;
  const paths = pathsOf(plan, startedAt);
  const agent = tools.agent.name;
  book.claim(plan, { startedAt, uptimeSeconds: host.uptimeSeconds(), logName: paths.logName, agent, session });
  const found = await saveBefore(plan, before, tools);
  await recordSubstrate("round_substrate_before", {
    number: plan.number,
    head,
  }, tools);
  if (plan.isFreshEyes) {
    sink.emit("fresh_eyes_round_triggered", { round_num: plan.number, every_n: config.runtime.freshEyesEveryN ?? 0 });
  }
  const named = { number: plan.number, id: plan.id, phase: plan.phase, startedAt, log: paths.log };
  const hooked = await hooksBefore(named, { context, promptFiles: plan.promptFiles, stop: request.stop }, tools);
  quietly(() => {
    const text = `${JSON.stringify(hooked.context, null, 2)}\n`;
    tools.files.writeAtomic(joinPath(plan.logDir, "round-context.json"), text);
  });
  sink.emit("round_start", { round_num: plan.number, phase: plan.phase, round_id: plan.id, agent });
  await recordSample("round_start", plan, { agentProcesses: 0 }, tools);
  const scopeWords = await tools.scopes.wordsFor(plan);
  const standing = await standingAtStart(found, tools);
  const injected = isInjected ? hooked.context : null;
  const words = plan.delivery === "none" ? null : request.words?.forRound(plan.number) ?? null;
  const { addenda } = hooked;
  const { agentFile } = checked;
  const started = start(plan, { paths, injected, addenda, words, agentFile, session, scopeWords, standing }, tools);
  if (words !== null) request.words?.settle(plan.number, started.kind === "started" && started.tooLong === null);
  tellStart(plan, started, tools);
  const round = { ...named, headBefore: head, before: standing, session };
  const result = await watchAndSettle({
    round,
    plan,
    paths,
    started,
    agentFile,
    stop: request.stop,
    ...(request.isCancelled === undefined ? {} : { isCancelled: request.isCancelled }),
    ...(request.leave === undefined ? {} : { leave: request.leave }),
    room: request.room ?? boundlessRoom,
  }, tools);
  if (result.verdict.kind === "ok") await noteOffered(plan.number, offer, tools);
  request.onSettled?.(result);
  closeBook(paths, tools);
  tools.telemetry?.settled(id, result, own);
  return { kind: "done", result };
}

function contextOf(
  plan: RoundPlan,
  { startedAt, session, salvaged }: {
    readonly startedAt: number;
    readonly session: SessionChoice;
    readonly salvaged: Offer["context"];
  },
  tools: RoundTools,
): Record<string, unknown> {
  const orphan = openOrphanLedger(tools.files, plan.logDir).newest();
  return buildContext({
    number: plan.number,
    startedAt: isoTime(startedAt),
    phase: plan.phase,
    isFreshEyes: plan.isFreshEyes,
    salvaged,
    session: sessionContext(session),
    agentName: tools.agent.name,
    status: tools.book.status,
    orphan: orphan === null || orphan.stashedRef === null
      ? null
      : { ref: orphan.stashedRef, message: orphan.stashMessage, files: orphan.files },
  });
}
