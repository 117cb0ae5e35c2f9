// A systemd of a user, for tests that need scopes: one of the test's own, in a cgroup of its own.

/** How to reach it. */
export interface UserManager extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** Home folder of its user. */
  readonly home: string;
  /** Ends the manager itself, with all its units. */
  end(): Promise<void>;
}

const program = "/lib/systemd/systemd";
const booted = "/run/systemd/system";

/**
 * Becomes the manager in a cgroup of its own: in one that it shares it would move all that is there, whosever it is.
 * Argument: a name for that cgroup.
 */
const start =
  `if [ -e /sys/fs/cgroup/cgroup.procs ]; then set -- "$1" /sys/fs/cgroup; else set -- "$1" /sys/fs/cgroup/*; fi
name=$1; shift
for folder; do
  if mkdir "$folder/$name"; then echo $$ >"$folder/$name/cgroup.procs" || rmdir "$folder/$name"; fi
done 2>/dev/null
grep -Eq "^(0:|[0-9]+:name=systemd):.*/$name\$" /proc/self/cgroup || exit 9
exec ${program} --user`;

/** Takes the cgroup away again, with what a service may have left in it. */
const clean = `for folder in "/sys/fs/cgroup/$1" /sys/fs/cgroup/*/"$1"; do
  for attempt in 1 2 3 4 5; do
    pids=$(find "$folder" -name cgroup.procs -exec cat {} + 2>/dev/null)
    if [ -z "$pids" ]; then break; fi
    kill -KILL $pids 2>/dev/null
    sleep 0.1
  done
  if [ -d "$folder" ]; then find "$folder" -depth -type d -exec rmdir {} +; fi
done`;

/** Why scopes cannot be tested here; null when they can. */
export const scopeObstacle: string | null = await findObstacle();

async function findObstacle(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "scopes are a matter of Linux";
  try {
    Deno.statSync(program);
  } catch {
    return `there is no ${program}`;
  }
  try {
    await using manager = await startManager();
    const trial = await run(["systemd-run", "--user", "--scope", "--quiet", "--collect", "true"], manager.env);
    return trial === "" ? null : `systemd-run: ${trial}`;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** Starts a manager with a folder of its own. Throws when none can be started. */
export async function startManager(): Promise<UserManager> {
  // Without this folder it refuses to start; only root on a machine without systemd can and has to make it.
  const hadFolder = exists(booted);
  if (!hadFolder) Deno.mkdirSync(booted, { recursive: true });
  const folder = Deno.makeTempDirSync({ prefix: "agent-runner-e2e-manager-" });
  const env = { XDG_RUNTIME_DIR: folder };
  const name = `agent-runner-test-${crypto.randomUUID()}`;
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", start, "sh", name],
    env: { ...env, HOME: folder, SYSTEMD_LOG_TARGET: "null" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
  };
  const dispose = async () => {
    await run(["systemctl", "--user", "exit"], env);
    const gone = Promise.withResolvers<void>();
    const timer = setTimeout(gone.resolve, 3000);
    await Promise.race([child.status, gone.promise]);
    clearTimeout(timer);
    await end();
    await run(["/bin/sh", "-c", clean, "sh", name], {});
    Deno.removeSync(folder, { recursive: true });
    if (!hadFolder) await run(["rmdir", booted], {});
  };
  let isOver = false;
  void child.status.then(() => isOver = true);
  for (let attempt = 0; attempt < 50 && !isOver; attempt++) {
    const said = await run(["systemctl", "--user", "is-system-running"], env);
    if (said === "") return { env, home: folder, end, [Symbol.asyncDispose]: dispose };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await dispose();
  throw new Error("the user's systemd does not start here");
}

/** What the command said when it failed; empty when it succeeded. */
async function run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const [file, ...args] = argv;
  try {
    const { success, stdout, stderr } = await new Deno.Command(file!, { args, env, stdin: "null" }).output();
    if (success) return "";
    return new TextDecoder().decode(stderr).trim() || new TextDecoder().decode(stdout).trim() || "failed";
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
