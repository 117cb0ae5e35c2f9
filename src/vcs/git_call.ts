// Runs one git command so that nothing of the caller's environment, terminal or hooks can change what it means.
import { redact, withoutCutWord } from "../core/redact.ts";
import type { Processes } from "../ports/processes.ts";
import { clip, visible } from "../core/text.ts";

const mostReadForReason = 65_536;

/** What came of one git command; git's failures are values, never exceptions. */
export type GitResult =
  | { readonly kind: "ok"; readonly stdout: Uint8Array; readonly isCut: boolean }
  | GitFault;

/** Every way a git command can fail. `absent`: no git on the PATH, or no work folder. */
export type GitFault =
  | { readonly kind: "failed"; readonly code: number; readonly reason: string; readonly stdout: Uint8Array }
  | { readonly kind: "timed_out"; readonly timeoutMs: number }
  | { readonly kind: "not_a_repository" }
  | { readonly kind: "absent"; readonly reason: string };

export interface GitCallOptions {
  /** Milliseconds; default 30,000. */
  readonly timeoutMs?: number;
  /** The command changes something: it may take locks. Default false. */
  readonly isWrite?: boolean;
  /** The user's hooks run, in the user's own language. Default false. */
  readonly mayRunHooks?: boolean;
  /** Every path on the command line and on stdin is meant as it is spelled. Default false. */
  readonly hasLiteralPaths?: boolean;
  /** Added to the command's environment, e.g. `GIT_INDEX_FILE`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
  /** Bytes of stdout kept. Default 16 MiB. */
  readonly maxOutputBytes?: number;
}

/** Runs `git <args>` in the work folder. Never rejects for what git does. */
export type GitCall = (args: readonly string[], options?: GitCallOptions) => Promise<GitResult>;

// Set by a hook or a `git -c` around us, each of these would point git at another repository or change what a path means.
const foreignVariables = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INDEX_VERSION",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
  "GIT_EXTERNAL_DIFF",
  "GIT_REFLOG_ACTION",
  "GIT_TRACE",
];

const steadyConfig = [
  "core.fsmonitor=false",
  "core.quotepath=off",
  "i18n.commitEncoding=UTF-8",
  "i18n.logOutputEncoding=UTF-8",
  // Housekeeping would go on in the background, outside of every deadline.
  "gc.auto=0",
  "maintenance.auto=false",
];

/** Makes the function through which every git command of the program runs. `pathEnvironment`: PATH to look for git on. */
export function openGitCall(
  processes: Processes,
  options: { readonly workDir: string; readonly pathEnvironment?: string },
): GitCall {
  return async function call(args, given = {}) {
    const timeoutMs = given.timeoutMs ?? 30_000;
    const outcome = await processes.run({
      argv: commandLine(args, given),
      workDir: options.workDir,
      environment: environmentOf(given, options.pathEnvironment),
      unset: foreignVariables.filter((name) => given.environment?.[name] === undefined),
      timeoutMs,
      maxOutputBytes: given.maxOutputBytes ?? 16 * 1024 * 1024,
      ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
    });
    switch (outcome.kind) {
      case "absent":
        return { kind: "absent", reason: outcome.reason };
      case "timed_out":
        return { kind: "timed_out", timeoutMs };
      case "exited":
        if (outcome.code === 0) return { kind: "ok", stdout: outcome.stdout, isCut: outcome.isCut };
        return failureOf(outcome);
      default:
        return outcome satisfies never;
    }
  };
}

function commandLine(args: readonly string[], given: GitCallOptions): string[] {
  const config = given.mayRunHooks ? steadyConfig : [...steadyConfig, "core.hooksPath=/dev/null"];
  const literal = given.hasLiteralPaths ? ["--literal-pathspecs"] : [];
  return ["git", "--no-pager", ...literal, ...config.flatMap((setting) => ["-c", setting]), ...args];
}

function environmentOf(given: GitCallOptions, pathEnvironment: string | undefined): Record<string, string> {
  return {
    // A hook may need the user's own locale to read its files.
    ...(given.mayRunHooks ? {} : { LC_ALL: "C", LANGUAGE: "" }),
    ...(given.isWrite ? {} : { GIT_OPTIONAL_LOCKS: "0" }),
    ...(pathEnvironment === undefined ? {} : { PATH: pathEnvironment }),
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: ":",
    ...given.environment,
  };
}

function failureOf(
  outcome: { readonly code: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array },
): GitFault {
  const stderr = new TextDecoder().decode(outcome.stderr);
  // A broken `.git` file names its target instead: that is a repository in trouble, not the absence of one.
  if (/^fatal: not a git repository \(or any/m.test(stderr)) return { kind: "not_a_repository" };
  const reason = tellingLine(stderr) ?? tellingLine(headOf(outcome.stdout));
  const { code, stdout } = outcome;
  return {
    kind: "failed",
    code,
    reason: reason ?? (code < 0 ? "git broke down" : `git ended with exit code ${code}`),
    stdout,
  };
}

/** Enough to find a reason in, up to a whole word: half a secret is not known for one. */
function headOf(stdout: Uint8Array): string {
  const text = new TextDecoder().decode(stdout.subarray(0, mostReadForReason));
  return stdout.length > mostReadForReason ? withoutCutWord(text) : text;
}

function tellingLine(text: string): string | null {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("hint:"));
  const line = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1);
  return line === undefined ? null : clip(visible(redact(line)), 200);
}

/** A fault in one line for people. */
export function describeFault(fault: GitFault): string {
  switch (fault.kind) {
    case "failed":
      return fault.reason;
    case "timed_out":
      return `git did not end within ${fault.timeoutMs / 1000}s`;
    case "not_a_repository":
      return "the work folder is not in a git work tree";
    case "absent":
      return `git cannot be run: ${clip(visible(redact(fault.reason)), 150)}`;
    default:
      return fault satisfies never;
  }
}
