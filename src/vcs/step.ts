// The words of a step on a dirty tree: what it is given, what can come of it, and the messages it leaves in git.
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import { visible } from "../core/text.ts";
import type { DirtyTree } from "./dirty.ts";
import type { Git } from "./git.ts";

/** What is about to be done, told before it is done, so that a crash in between can be mended. */
export interface AnnouncedStep {
  readonly what: "stash" | "commit";
  /** The message by which the stash or commit can be found. */
  readonly message: string;
}

/** Everything a step needs. */
export interface StepContext {
  readonly git: Git;
  readonly files: Files;
  readonly clock: Clock;
  readonly round: number;
  readonly phase: string | null;
  readonly tree: DirtyTree;
  /** The log folder below the work folder, or null. */
  readonly logFolder: string | null;
  /** A stash of this round that is at most this old is used again when the tree holds nothing else. */
  readonly idempotencySeconds: number;
  /** Default 30,000. */
  readonly stashTimeoutMs?: number;
  /** Default 60,000: the user's hooks run in it. */
  readonly commitTimeoutMs?: number;
  /** How long to wait for another git to let go of the index. Default 3,000. */
  readonly lockPatienceMs?: number;
  /** Called right before anything is changed; must not throw. */
  readonly announce?: (step: AnnouncedStep) => void;
}

/** What came of a step. `remaining`: paths that are still dirty, e.g. changes inside submodules. */
export type StepOutcome =
  | {
    readonly kind: "stashed";
    /** SHA of the stash commit: its only identity. */
    readonly ref: string;
    readonly message: string;
    /** True when an earlier stash holds all there is; the tree was left as it is. */
    readonly isReused: boolean;
    readonly remaining: readonly string[];
  }
  | {
    readonly kind: "committed";
    readonly ref: string;
    readonly remaining: readonly string[];
    readonly leftOut: readonly LeftOut[];
  }
  | { readonly kind: "ignored" }
  | StepFailure;

/** A path that an automatic commit does not take: it stays in the tree as it is. */
export interface LeftOut {
  readonly path: string;
  /** One phrase. */
  readonly why: string;
}

export interface StepFailure {
  readonly kind: "failed";
  readonly what: "stash" | "commit";
  /** One line. */
  readonly reason: string;
  /** SHA of a stash that was made although the step as a whole failed; else null. */
  readonly savedRef: string | null;
  readonly leftOut: readonly LeftOut[];
}

/** A failed step, for the two files that make steps. */
export function failed(what: "stash" | "commit", reason: string, savedRef: string | null = null): StepFailure {
  return { kind: "failed", what, reason, savedRef, leftOut: [] };
}

/** Paths that are dirty now, without the log folder and owned paths; null when git cannot say. */
export async function stillDirty(context: StepContext): Promise<readonly string[] | null> {
  const { leftOut } = context.tree;
  const state = await context.git.state({
    excluded: context.logFolder === null ? [] : [context.logFolder],
    untracked: leftOut.length > 0 ? "all" : "normal",
  });
  if (state.kind !== "ok") return null;
  const owned = new Set(leftOut.map((file) => file.path));
  return state.files.map((file) => file.path).filter((path) => !owned.has(path));
}

/** `ORPHAN R<n>[ phase=<phase>] ts=<local time>`. @param atMs milliseconds since 1970. */
export function stashMessage(round: number, options: { readonly phase: string | null; readonly atMs: number }): string {
  const phase = options.phase ? ` phase=${oneLine(options.phase)}` : "";
  return `ORPHAN R${round}${phase} ts=${localTime(options.atMs)}`;
}

/** `agent-runner auto-commit: R<n>[ <phase>]`. */
export function commitMessage(round: number, phase: string | null): string {
  return `agent-runner auto-commit: R${round}${phase ? ` ${oneLine(phase)}` : ""}`;
}

/** Whether a stash's subject (`On <branch>: <message>`) belongs to this round, and to no other. */
export function isStashOfRound(subject: string, round: number): boolean {
  const match = /: ORPHAN R(\d+)(?: phase=.*)? ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.exec(subject);
  return match !== null && match[1] === String(round);
}

/** Whether a stash's subject carries exactly this message. */
export function carriesMessage(subject: string, message: string): boolean {
  return subject.endsWith(`: ${message}`);
}

function oneLine(phase: string): string {
  return visible(phase).replaceAll(/\s+/g, " ").trim();
}

function localTime(atMs: number): string {
  const d = new Date(atMs);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}` +
    `T${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}
