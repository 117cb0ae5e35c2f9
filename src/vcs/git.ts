// The one door to git: where the work folder stands in its repository, and what in it differs from HEAD.
import type { Processes } from "../ports/processes.ts";
import { openGitCall } from "./git_call.ts";
import type { GitCall, GitFault, GitResult } from "./git_call.ts";
import { parseStatus } from "./porcelain.ts";
import type { DirtyFile } from "./porcelain.ts";

/** Where the work folder stands. */
export interface GitPlace {
  readonly kind: "ok";
  /** False inside a bare repository or a `.git` folder; `root` and `prefix` are "" then. */
  readonly isWorkTree: boolean;
  /** Commit, or null on a branch without one. */
  readonly head: string | null;
  /** Path of the work folder inside the repository: "" at its root, else ending in `/`. */
  readonly prefix: string;
  readonly root: string;
  /** Folder of this work tree's own index and HEAD. */
  readonly gitDir: string;
}

/** What differs from HEAD below the work folder. */
export interface TreeState {
  readonly kind: "ok";
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
  readonly files: readonly DirtyFile[];
  /** There were more files than could be listed, or some could not be read. */
  readonly isPartial: boolean;
}

export interface StateOptions {
  /** Paths below the work folder to leave out, taken literally. */
  readonly excluded?: readonly string[];
  /** `all` lists every untracked file instead of whole untracked folders. Default `normal`. */
  readonly untracked?: "normal" | "all";
}

export interface Git {
  readonly workDir: string;
  /** One git process. */
  probe(): Promise<GitPlace | GitFault>;
  /** One git process; one more when there are changes before `probe` was ever asked. Takes no lock, writes nothing. */
  state(options?: StateOptions): Promise<TreeState | GitFault>;
  /** For the other files of this folder; nobody else runs git. */
  readonly call: GitCall;
}

/** Opens git on a work folder. Touches nothing until asked. */
export function openGit(options: {
  readonly processes: Processes;
  readonly workDir: string;
  readonly pathEnvironment?: string;
}): Git {
  const call = openGitCall(options.processes, options);
  let knownPrefix: string | null = null;

  async function probe(): Promise<GitPlace | GitFault> {
    const place = placeOf(await call([...placeQuestions, "HEAD"], { timeoutMs: 10_000 }), options.workDir);
    if (place.kind === "ok") knownPrefix = place.prefix;
    return place;
  }

  async function state(wanted: StateOptions = {}): Promise<TreeState | GitFault> {
    const result = await call(statusArguments(wanted), { hasLiteralPaths: (wanted.excluded ?? []).length === 0 });
    if (result.kind !== "ok") return result;
    let report = parseStatus(result.stdout, knownPrefix ?? "");
    // Where the folder stands only matters for names; another repository may have come to own it since it was asked.
    if (report.outsideCount > 0 || (knownPrefix === null && report.files.length > 0)) {
      const place = await probe();
      if (place.kind !== "ok" && knownPrefix === null) return place;
      report = parseStatus(result.stdout, knownPrefix ?? "");
    }
    const { head, branch, files, badRecords } = report;
    return { kind: "ok", head, branch, files, isPartial: result.isCut || badRecords > 0 };
  }

  return { workDir: options.workDir, probe, state, call };
}

/** The text git takes for "everything but this path", relative to the work folder. */
export function exclusion(path: string): string {
  return `:(exclude,literal)${path}`;
}

function statusArguments(wanted: StateOptions): string[] {
  return [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-ahead-behind",
    `--untracked-files=${wanted.untracked ?? "normal"}`,
    "--",
    ".",
    ...(wanted.excluded ?? []).map(exclusion),
  ];
}

// rev-parse prints an option it does not know: a divider that tells one path with line breaks from two paths.
const divider = "--agent-runner-divider";
const placeQuestions = [
  "rev-parse",
  "--is-inside-work-tree",
  "--absolute-git-dir",
  divider,
  "--show-toplevel",
  divider,
  "--show-prefix",
  divider,
];

function placeOf(result: GitResult, workDir: string): GitPlace | GitFault {
  if (result.kind !== "ok" && result.kind !== "failed") return result;
  const parts = new TextDecoder().decode(result.stdout).split(`${divider}\n`);
  const first = /^(true|false)\n(.*)\n$/s.exec(parts[0] ?? "");
  if (!first) return result.kind === "ok" ? unreadable(workDir) : result;
  const gitDir = first[2]!;
  if (first[1] === "false") return { kind: "ok", isWorkTree: false, head: null, prefix: "", root: "", gitDir };
  if (parts.length < 4) return result.kind === "ok" ? unreadable(workDir) : result;
  const head = /^[0-9a-f]{40,64}$/.exec(parts[3]!.trim());
  return {
    kind: "ok",
    isWorkTree: true,
    head: head?.[0] ?? null,
    prefix: parts[2]!.replace(/\n$/, ""),
    root: parts[1]!.replace(/\n$/, ""),
    gitDir,
  };
}

function unreadable(workDir: string): GitFault {
  return { kind: "failed", code: 0, reason: `git did not say where '${workDir}' stands`, stdout: new Uint8Array() };
}
