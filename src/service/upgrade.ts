// Carries out an upgrade from a verified binary to a supervisor that runs it, or back to how it was; also after a crash.
import { messageOf } from "../core/errors.ts";
import type { EventKind, EventPayload } from "../core/event_payload.ts";
import { clip, isoTime } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { UpgradePaths } from "./upgrade_files.ts";
import type { UpgradeJournal } from "./upgrade_journal.ts";
import type { RestartService } from "./upgrade_service.ts";
import { clear, isSwapped, putBack, settle, swapIn } from "./upgrade_swap.ts";
import type { SwapPorts } from "./upgrade_swap.ts";

const reasonCharacters = 200;

export interface UpgradeParts extends SwapPorts {
  readonly clock: Clock;
  readonly paths: UpgradePaths;
  /** Null without a project. */
  readonly service: RestartService | null;
  /** Tries a binary. @returns what is wrong with it, or null. */
  readonly smoke: (spec: { readonly binary: string; readonly version: string }) => Promise<string | null>;
  /** What goes on, for people. */
  readonly tell: (text: string) => void;
  /** Null without a project. */
  readonly emit: (<K extends EventKind>(kind: K, payload: EventPayload<K>) => void) | null;
}

/** How it came out. `failed`: it is as before. `stuck`: the old binary could not be brought back to work. */
export type UpgradeOutcome =
  | { readonly kind: "done"; readonly from: string; readonly to: string; readonly isRestarted: boolean }
  | { readonly kind: "failed"; readonly reason: string; readonly kept: string }
  | { readonly kind: "stuck"; readonly reason: string; readonly kept: string };

export interface UpgradePlan {
  readonly from: string;
  readonly to: string;
  /** Restart the supervisor that runs. */
  readonly restarts: boolean;
}

/** Takes a binary that `makeReady` has put beside the old one through all steps. Never throws for a disk that fails. */
export async function carryOut(plan: UpgradePlan, parts: UpgradeParts): Promise<UpgradeOutcome> {
  const { clock, paths, tell } = parts;
  const journal: UpgradeJournal = {
    phase: "swapping",
    from_version: plan.from,
    to_version: plan.to,
    started_at: isoTime(clock.now()),
    restarts: plan.restarts,
  };
  tell(`trying version ${plan.to}`);
  const fault = await parts.smoke({ binary: paths.fresh, version: plan.to });
  if (fault !== null) return await undo(journal, `the smoke test failed: ${fault}`, { ...parts, isTouched: false });
  try {
    swapIn(paths, journal, parts);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return await undo(journal, `it cannot take the place of the old one: ${messageOf(thrown)}`, {
      ...parts,
      isTouched: false,
    });
  }
  return await prove(journal, parts);
}

/** Goes on with an upgrade that was cut short. Call it under the claim. */
export async function resume(journal: UpgradeJournal, parts: UpgradeParts): Promise<UpgradeOutcome> {
  const { from_version: from, to_version: to } = journal;
  const isTouched = journal.phase === "undoing" || isSwapped(parts.paths, parts.files);
  switch (journal.phase) {
    case "proven":
      return finish(journal, { ...parts, isRestarted: journal.restarts });
    case "undoing":
      parts.tell(`an upgrade to ${to} was cut short; going back to ${from}`);
      return await undo(journal, journal.reason ?? "it was cut short", { ...parts, isTouched });
    case "swapping":
      parts.tell(
        `an upgrade to ${to} was cut short; ${isTouched ? "going on with it" : `${from} is still in its place`}`,
      );
      if (isTouched) return await prove(journal, parts);
      return await undo(journal, "it was cut short", { ...parts, isTouched });
    default:
      return journal.phase satisfies never;
  }
}

/** The new binary is in its place: it is tried there, and the supervisor restarted with it. */
async function prove(journal: UpgradeJournal, parts: UpgradeParts): Promise<UpgradeOutcome> {
  const { paths, service, tell } = parts;
  const { to_version: to, restarts } = journal;
  const fault = await parts.smoke({ binary: paths.binary, version: to });
  if (fault !== null) {
    return await undo(journal, `it does not work in its place: ${fault}`, { ...parts, isTouched: true });
  }
  const isRestarted = restarts && service !== null;
  if (isRestarted) {
    tell(`restarting the supervisor with version ${to}; its round goes on`);
    const failure = await service.restart() ?? await service.health(to);
    if (failure !== null) {
      return await undo(journal, `the supervisor does not run with it: ${failure}`, { ...parts, isTouched: true });
    }
  }
  return finish(journal, { ...parts, isRestarted });
}

function finish(journal: UpgradeJournal, parts: UpgradeParts & { readonly isRestarted: boolean }): UpgradeOutcome {
  const { from_version: from, to_version: to } = journal;
  const { isRestarted, emit } = parts;
  try {
    settle(parts.paths, journal, parts.files);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    // The new one works: what could not be tidied up is tidied up by the next upgrade.
    parts.tell(`not all could be tidied up: ${messageOf(thrown)}`);
  }
  if (isRestarted) {
    emit?.("service_upgraded", { from_version: from, to_version: to, duration_s: elapsed(journal, parts) });
  } else emit?.("package_upgraded", { from_version: from, to_version: to, restart_deferred: true });
  return { kind: "done", from, to, isRestarted };
}

/** @param parts `isTouched`: the new binary was in its place, so that the supervisor may have gone with it */
async function undo(
  journal: UpgradeJournal,
  reason: string,
  parts: UpgradeParts & { readonly isTouched: boolean },
): Promise<UpgradeOutcome> {
  const { from_version: from, to_version: to } = journal;
  const { emit, files, paths } = parts;
  const clipped = clip(messageOf(reason), reasonCharacters);
  const failure = await goBack({ ...journal, reason: clipped }, parts);
  if (failure !== null) {
    emit?.("service_upgrade_rollback_failed", {
      attempted_version: to,
      restore_target_version: from,
      failure_reason: clip(messageOf(failure), reasonCharacters),
    });
    return { kind: "stuck", reason: `${reason}; ${failure}`, kept: from };
  }
  try {
    clear(paths, files);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    parts.tell(`not all could be tidied up: ${messageOf(thrown)}`);
  }
  emit?.("service_upgrade_rolled_back", {
    attempted_version: to,
    restored_version: from,
    failure_reason: clipped,
    duration_s: elapsed(journal, parts),
  });
  return { kind: "failed", reason, kept: from };
}

/** The old binary is in its place and, where it did, at work. @returns why not, or null. */
async function goBack(
  journal: UpgradeJournal,
  parts: UpgradeParts & { readonly isTouched: boolean },
): Promise<string | null> {
  const { from_version: from } = journal;
  const { paths, service, files, tell } = parts;
  if (!parts.isTouched) return null;
  tell(`going back to version ${from}`);
  try {
    putBack(paths, journal, files);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return `the old binary cannot be put back: ${messageOf(thrown)}`;
  }
  const fault = await parts.smoke({ binary: paths.binary, version: from });
  if (fault !== null) return `the old binary does not work any more: ${fault}`;
  if (!journal.restarts || service === null) return null;
  const failure = await service.restart() ?? await service.health(from);
  return failure === null ? null : `the supervisor does not run with the old binary: ${failure}`;
}

function elapsed({ started_at: startedAt }: UpgradeJournal, { clock }: UpgradeParts): number {
  const seconds = (clock.now() - Date.parse(startedAt)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.round(seconds * 10) / 10) : 0;
}
