// The few lines of POSIX sh that lead a round's process group, so that output and exit status need no supervisor.

/**
 * Runs the agent in the foreground (a background job would ignore SIGINT), with a regular file on every stream, and
 * leaves its exit status beside the log. The shell's own remarks ("Terminated") go to the status file: they
 * tell a death by signal from an exit code above 128; bash makes none in its POSIX mode. The subshell keeps those
 * remarks out of the log.
 */
const begin = `# agent-runner-shim
trap : TERM INT HUP QUIT USR1 USR2
if [ -n "$BASH_VERSION" ] && (set +o posix); then set +o posix; fi
log=$1 in=$2 out=$3; shift 3
exec 2>"$out.tmp"
echo "pid $$" >&2
said=$?
`;

/** Of all that runs, the kernel is to end the agent first when memory runs out; what is higher already stays. */
const first =
  '{ read -r was </proc/self/oom_score_adj && [ "$was" -lt 300 ] && echo 300 >/proc/self/oom_score_adj; } 2>/dev/null';

const plain = `(${first}
exec "$@" <"$in" >>"$log" 2>&1)
c=$?
`;

/**
 * The same by way of a program that puts the agent into a scope; the shim stays outside, so that neither the scope's
 * limits nor its end reach it. First comes the number of words that are not the agent's. What the program itself says
 * goes to the status file. Where it cannot make a scope the agent runs without one, but never twice: in the scope it is
 * only started once that is written down, and what cannot be read any more counts as started.
 */
const scoped = `n=$1 state=pid; shift
if [ "$said" = 0 ]; then
  (${first}
  exec "$@" <"$in" >>"$log")
  c=$? state=unknown
  while read -r word rest; do
    case $word in pid) state=pid ;; scope) state=scope; break ;; esac
  done <"$out.tmp"
  if [ "$c" -ge 128 ]; then state=ended; fi
fi
if [ "$state" = pid ]; then
  shift "$n"
  echo "scope none" >&2
  (${first}
  exec "$@" <"$in" >>"$log" 2>&1)
  c=$?
fi
`;

const end = `echo "exit $c" >&2
if [ "$out" != /dev/null ]; then PATH="/bin:/usr/bin:$PATH"; mv -f "$out.tmp" "$out"; fi
exit "$c"`;

/** Runs in the scope: tells its cgroup, then becomes the agent. */
const entry = `at=unknown
while IFS= read -r line; do case $line in 0::*) at=\${line#0::} ;; esac; done </proc/self/cgroup
echo "scope $at" >&2 && exec "$@" 2>&1
exit 125`;

export interface ShimFiles {
  readonly log: string;
  /** What the agent reads: the prompt, or /dev/null. */
  readonly stdin: string;
  /** Where the exit status is left; its `.tmp` neighbour must exist. */
  readonly exit: string;
}

/**
 * @param agentArgv its first word is an absolute path
 * @param scopeWords a command line that runs the words after it in a scope; without a status file there is no scope
 * @returns the argv of the shim around the agent's
 */
export function shimArgv(
  files: ShimFiles,
  agentArgv: readonly string[],
  scopeWords: readonly string[] | null = null,
): string[] {
  const paths = [files.log, files.stdin, files.exit];
  if (files.exit === "/dev/null") {
    const text = `${begin}${plain}${end}`.replace('exec 2>"$out.tmp"', "exec 2>/dev/null");
    return ["/bin/sh", "-c", text, "sh", ...paths, ...agentArgv];
  }
  if (scopeWords === null) return ["/bin/sh", "-c", `${begin}${plain}${end}`, "sh", ...paths, ...agentArgv];
  const way = [...scopeWords, "/bin/sh", "-c", entry, "sh"];
  return ["/bin/sh", "-c", `${begin}${scoped}${end}`, "sh", ...paths, String(way.length), ...way, ...agentArgv];
}

/** What the shim left: the agent's exit code, and the signal it died of where the shell said so. */
export interface ShimReport {
  readonly pid: number | null;
  /** As the shell saw it: 128 plus the signal's number after a death by signal. */
  readonly code: number;
  readonly diedBySignal: boolean;
}

/** Signals a shell does not remark upon: their codes always count as deaths by signal. */
const silentSignalCodes = [130, 141];

/** Reads a status file; null when it is not whole. */
export function parseShimReport(text: string): ShimReport | null {
  const lines = text.split("\n").filter((line) => line !== "");
  const exit = /^exit (\d{1,3})$/.exec(lines.at(-1) ?? "");
  if (exit === null) return null;
  const pid = /^pid (\d+)$/.exec(lines[0] ?? "");
  const code = Number(exit[1]);
  // What came before the scope was said by the program that makes it.
  const before = Math.max(pid ? 0 : -1, lines.findLastIndex((line) => line.startsWith("scope ")));
  const hasRemark = lines.length - 1 > before + 1;
  const diedBySignal = code > 128 && (hasRemark || silentSignalCodes.includes(code));
  return { pid: pid ? Number(pid[1]) : null, code, diedBySignal };
}

/** What a status file, whole or not, tells of the round's scope. */
export type ScopeReport =
  /** Path of its cgroup. */
  | { readonly kind: "in"; readonly path: string }
  | { readonly kind: "refused"; readonly reason: string };

/** Null: nothing is said, because none was wanted or it is not made yet. */
export function parseScope(text: string): ScopeReport | null {
  const lines = text.split("\n");
  const at = lines.findLastIndex((line, i) => line.startsWith("scope ") && i < lines.length - 1);
  if (at < 0) return null;
  const path = lines[at]!.slice("scope ".length);
  // Only ever a path of ours: what is killed by it must not depend on what else got into the file.
  if (/^\/[^\0]*\/agent-runner-[0-9a-f-]{36}\.scope$/.test(path) && !path.split("/").includes("..")) {
    return { kind: "in", path };
  }
  if (path !== "none") return { kind: "refused", reason: `its cgroup is '${path}'` };
  const said = lines.slice(0, at).filter((line) => line !== "" && !line.startsWith("pid "));
  return { kind: "refused", reason: said.at(-1) ?? "systemd-run ended without a word" };
}

/** Process that leads the round, as its status file tells, whole or not; null where it does not. */
export function parseShimPid(text: string): number | null {
  const pid = /^pid (\d{1,10})\n/.exec(text);
  return pid === null ? null : Number(pid[1]);
}

/** Whether a command line of the process table is that of a shim. */
export function isShimCommand(command: string): boolean {
  return /^\S*sh -c # agent-runner-shim\b/.test(command);
}
