// Commits the files that `init` wrote, and nothing else of the user's.
import { OperatorError } from "../core/errors.ts";
import { redact } from "../core/redact.ts";
import { clip } from "../core/text.ts";
import type { Processes, RunOutcome } from "../ports/processes.ts";

/** Subject of the commit. */
export const commitSubject = "chore: agent-runner initial config";

const quickMs = 10_000;
/** Hooks of the repository run during a commit. */
const commitMs = 120_000;

const longestReason = 200;

/** Whether files were committed, and if not why. */
export type CommitOutcome =
  | { readonly isCommitted: true }
  | { readonly isCommitted: false; readonly reason: string };

/** Git in one folder. */
export interface GitSpot {
  readonly folder: string;
  readonly processes: Processes;
}

/** @throws OperatorError when the folder is not in a git work tree. */
export async function requireWorkTree(spot: GitSpot): Promise<void> {
  const outcome = await git(["rev-parse", "--is-inside-work-tree"], { spot, timeoutMs: quickMs });
  if (outcome.kind === "absent") {
    throw new OperatorError('The command "git" was not found', { fix: "Install git, then run this again" });
  }
  if (isDone(outcome) && textOf(outcome.stdout).trim() === "true") return;
  const reason = isDone(outcome) ? "" : ` (git: ${reasonOf(outcome)})`;
  const isPlain = reason.includes("not a git repository");
  throw new OperatorError(`"${spot.folder}" is not inside a git work tree${isPlain ? "" : reason}`, {
    fix: "Run `git init` in it, or go to a folder that git already keeps",
  });
}

/** Those of the files whose present content git could not give back. */
export async function unsavedFiles(names: readonly string[], spot: GitSpot): Promise<Set<string>> {
  const unsaved = new Set<string>();
  for (const name of names) {
    const outcome = await git(["status", "--porcelain", "--ignored", "--", name], { spot, timeoutMs: quickMs });
    // What git cannot tell is treated as not saved: the safe side.
    if (!isDone(outcome) || outcome.stdout.length > 0) unsaved.add(name);
  }
  return unsaved;
}

/** Commits exactly these files; the index is put back as it was when that fails. */
export async function commitFiles(names: readonly string[], spot: GitSpot): Promise<CommitOutcome> {
  const reset = () => git(["reset", "--quiet", "--", ...names], { spot, timeoutMs: quickMs });
  const added = await git(["add", "--", ...names], { spot, timeoutMs: quickMs });
  if (!isDone(added)) {
    await reset();
    return { isCommitted: false, reason: reasonOf(added) };
  }
  const words = ["-c", "commit.gpgSign=false", "commit", "--quiet", "-m", commitSubject, "--only", "--", ...names];
  const outcome = await git(words, { spot, timeoutMs: commitMs });
  if (isDone(outcome)) return { isCommitted: true };
  await reset();
  return { isCommitted: false, reason: reasonOf(outcome) };
}

function git(
  words: readonly string[],
  options: { readonly spot: GitSpot; readonly timeoutMs: number },
): Promise<RunOutcome> {
  return options.spot.processes.run({
    argv: ["git", "--literal-pathspecs", ...words],
    workDir: options.spot.folder,
    environment: { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" },
    timeoutMs: options.timeoutMs,
  });
}

function isDone(outcome: RunOutcome): outcome is RunOutcome & { kind: "exited" } {
  return outcome.kind === "exited" && outcome.code === 0;
}

function reasonOf(outcome: RunOutcome): string {
  switch (outcome.kind) {
    case "timed_out":
      return "git took too long";
    case "absent":
      return forPeople(outcome.reason);
    case "exited": {
      const told = `${textOf(outcome.stdout)}\n${textOf(outcome.stderr)}`.split("\n");
      const lines = told.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("hint:"));
      const fatal = lines.find((line) => /^(fatal|error):/.test(line));
      return forPeople(fatal ?? lines.join(" ")) || `git left with code ${outcome.code}`;
    }
    default:
      return outcome satisfies never;
  }
}

/** Git and hooks print what they like: a remote with its password, too. */
function forPeople(text: string): string {
  return clip(redact(text), longestReason);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
