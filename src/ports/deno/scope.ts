// Scopes through systemd-run and the cgroup files; both are asked through sh, because Deno may read neither /proc nor /sys.
import type { Processes, RunOutcome } from "../processes.ts";
import type { ScopeFinding, Scopes } from "../scope.ts";

const probeTimeoutMs = 3_000;
const cgroupTimeoutMs = 2_000;

/**
 * Tells whether the user's manager outlives the login (this process is one of its units, or the user lingers), then
 * whether a scope with limits can be had, with the newer words or without. Arguments: systemd-run, `all` or `lasting`,
 * a unit's name.
 */
const probe = `lasting=no
while IFS= read -r line; do case $line in *"/user@"*".service"*) lasting=yes ;; esac; done </proc/self/cgroup
if [ -e "/var/lib/systemd/linger/$(id -un)" ]; then lasting=yes; fi
echo "lasting $lasting"
if [ "$2" = lasting ] && [ "$lasting" = no ]; then exit 0; fi
look='while IFS= read -r l; do case $l in 0::*) p=\${l#0::} ;; esac; done </proc/self/cgroup
echo in
cd /sys/fs/cgroup || exit 0
if [ -e ".$p/pids.max" ] || [ -e "pids$p/pids.max" ]; then echo tasks; fi
if [ -e ".$p/memory.max" ] || [ -e "memory$p/memory.limit_in_bytes" ]; then echo memory; fi'
try() {
  suffix=$1
  shift
  "$program" --user --scope --quiet --collect --no-ask-password --unit="$unit-$suffix" --property=TasksMax=64 \\
    --property=MemoryMax=256M "$@" -- /bin/sh -c "$look" 2>&1
}
program=$1 unit=$3
if said=$(try new --expand-environment=no --property=OOMPolicy=continue); then
  echo new
  echo "$said"
  exit 0
fi
try old`;

/** @param variable a variable of the environment: where systemd-run is looked for, and where the user's manager listens */
export function denoScopes(
  processes: Processes,
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Scopes {
  let found: Promise<ScopeFinding> | null = null;

  async function look(isOnlyLasting: boolean): Promise<ScopeFinding> {
    const program = processes.find("systemd-run", { path: variable("PATH") || "/usr/bin:/bin", workDir: "/" });
    if (program === null) return { kind: "absent", reason: "there is no systemd-run on PATH" };
    // Without either of them systemd-run finds no manager: to ask it would cost three processes for that answer.
    if (!variable("XDG_RUNTIME_DIR") && !variable("DBUS_SESSION_BUS_ADDRESS")) {
      return { kind: "absent", reason: "there is no way to the user's systemd: XDG_RUNTIME_DIR is not set" };
    }
    const unit = `agent-runner-probe-${crypto.randomUUID()}`;
    const argv = ["/bin/sh", "-c", probe, "sh", program, isOnlyLasting ? "lasting" : "all", unit];
    return readProbe(await processes.run({ argv, timeoutMs: probeTimeoutMs, maxOutputBytes: 64 * 1024 }), program);
  }

  return {
    find: ({ isOnlyLasting }) => found ??= look(isOnlyLasting),
    async members(scope) {
      // Also in the groups below it, should a tool have made some.
      const argv = ["grep", "-rhs", "--include=cgroup.procs", "", ...foldersOf(scope)];
      const outcome = await processes.run({ argv, timeoutMs: cgroupTimeoutMs });
      return outcome.kind === "exited" ? readPids(new TextDecoder().decode(outcome.stdout)) : [];
    },
    async kill(scope) {
      const script =
        'for folder in "$@"; do if echo 1 >"$folder/cgroup.kill"; then exit 0; fi; done 2>/dev/null; exit 1';
      const argv = ["/bin/sh", "-c", script, "sh", ...foldersOf(scope)];
      const outcome = await processes.run({ argv, timeoutMs: cgroupTimeoutMs });
      if (outcome.kind === "exited" && outcome.code === 0) return true;
      const unit = scope.slice(scope.lastIndexOf("/") + 1);
      const asked = await processes.run({
        argv: ["systemctl", "--user", "kill", "--signal=SIGKILL", "--", unit],
        timeoutMs: probeTimeoutMs,
      });
      return asked.kind === "exited" && asked.code === 0;
    },
  };
}

/** Where a cgroup is seen: on systems of today, and beside the older hierarchies. */
function foldersOf(path: string): string[] {
  return [`/sys/fs/cgroup${path}`, `/sys/fs/cgroup/unified${path}`];
}

/** What the probe said, as a finding. */
export function readProbe(outcome: RunOutcome, program: string): ScopeFinding {
  if (outcome.kind === "timed_out") {
    return { kind: "absent", reason: `systemd-run did not answer within ${probeTimeoutMs / 1000} s` };
  }
  if (outcome.kind === "absent") return { kind: "absent", reason: outcome.reason };
  const said = new TextDecoder().decode(outcome.stdout).split("\n").map((line) => line.trim()).filter((line) => line);
  const isLasting = said[0] === "lasting yes";
  const words = said.slice(1);
  if (outcome.code === 0 && words.includes("in")) {
    const limits = { memory: words.includes("memory"), tasks: words.includes("tasks") };
    return { kind: "usable", program, isNew: words.includes("new"), limits, isLasting };
  }
  if (outcome.code === 0 && words.length === 0) {
    return { kind: "absent", reason: "the user's systemd would end it with the login (see 'loginctl enable-linger')" };
  }
  return { kind: "absent", reason: words.at(-1) ?? `systemd-run ended with code ${outcome.code}` };
}

/** The numbers in a cgroup.procs, or in several of them; 0 stands there for a process of another namespace. */
export function readPids(text: string): number[] {
  const numbers = text.split("\n").filter((line) => /^\d+$/.test(line)).map(Number);
  return [...new Set(numbers)].filter((pid) => pid > 1);
}
