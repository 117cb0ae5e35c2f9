// The few lines of POSIX sh that lead a round's process group, so that output and exit status need no supervisor.

/**
 * Runs the agent in the foreground (a background job would ignore SIGINT), with a regular file on every stream, and
 * leaves its exit status beside the log. The shell's own remarks ("Terminated") go to the status file: they
 * tell a death by signal from an exit code above 128; bash makes none in its POSIX mode. The subshell keeps those
 * remarks out of the log.
 * Arguments: log, stdin, status file, then the agent's argv.
 */
const script = `# agent-runner-shim
trap : TERM INT HUP QUIT USR1 USR2
if [ -n "$BASH_VERSION" ] && (set +o posix); then set +o posix; fi
log=$1 in=$2 out=$3; shift 3
exec 2>"$out.tmp"
echo "pid $$" >&2
(exec "$@" <"$in" >>"$log" 2>&1)
c=$?
echo "exit $c" >&2
if [ "$out" != /dev/null ]; then PATH="/bin:/usr/bin:$PATH"; mv -f "$out.tmp" "$out"; fi
exit "$c"`;

export interface ShimFiles {
  readonly log: string;
  /** What the agent reads: the prompt, or /dev/null. */
  readonly stdin: string;
  /** Where the exit status is left; its `.tmp` neighbour must exist. */
  readonly exit: string;
}

/** @returns the argv of the shim around the agent's argv (first word an absolute path) */
export function shimArgv(files: ShimFiles, agentArgv: readonly string[]): string[] {
  const text = files.exit === "/dev/null" ? script.replace('exec 2>"$out.tmp"', "exec 2>/dev/null") : script;
  return ["/bin/sh", "-c", text, "sh", files.log, files.stdin, files.exit, ...agentArgv];
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
  const hasRemark = lines.length > (pid ? 2 : 1);
  const diedBySignal = code > 128 && (hasRemark || silentSignalCodes.includes(code));
  return { pid: pid ? Number(pid[1]) : null, code, diedBySignal };
}

/** Whether a command line of the process table is that of a shim. */
export function isShimCommand(command: string): boolean {
  return /^\S*sh -c # agent-runner-shim\b/.test(command);
}
