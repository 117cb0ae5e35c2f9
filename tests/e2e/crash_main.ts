// A second composition root: the same program, which kills itself right before, in the middle of, or right after its n-th change of the world.
import manifest from "../../deno.json" with { type: "json" };
import { runApp } from "../../src/cli/app.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { assetsIn } from "../../src/ports/deno/assets.ts";
import { denoChannels } from "../../src/ports/deno/channel.ts";
import { denoClock } from "../../src/ports/deno/clock.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { denoHoles } from "../../src/ports/deno/holes.ts";
import { denoHttp } from "../../src/ports/deno/http.ts";
import { denoHost } from "../../src/ports/deno/host.ts";
import { denoLock } from "../../src/ports/deno/lock.ts";
import { denoProcesses } from "../../src/ports/deno/processes.ts";
import { denoScopes } from "../../src/ports/deno/scope.ts";
import { denoSignals } from "../../src/ports/deno/signals.ts";
import { denoStderr, denoStdout } from "../../src/ports/deno/streams.ts";
import type { Files } from "../../src/ports/files.ts";
import type { Lock } from "../../src/ports/lock.ts";
import type { Processes } from "../../src/ports/processes.ts";

/** Number of the change to die at; 0: never. */
const crashAt = Number(Deno.env.get("CRASH_AT") ?? 0);
/** `before` it, in its `middle` (half of the bytes, a command just started), or `after` it. */
const crashWhen = Deno.env.get("CRASH_WHEN") ?? "before";
/** File that gets one line per change; none: not told. */
const account = Deno.env.get("CRASH_ACCOUNT") ?? "";
/** How many times faster time goes by, so that the least waits of the program need not be sat out. */
const speed = Number(Deno.env.get("CRASH_CLOCK_SPEED") ?? 1);
/** Epoch milliseconds from which time goes faster; the same for every life. */
const speedOrigin = Number(Deno.env.get("CRASH_CLOCK_ORIGIN") ?? Date.now());

const changingGit = ["stash", "commit", "add", "reset", "update-ref"];
let changes = 0;

function die(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("SIGKILL came late");
}

/** One change of the world: counted, and died at when it is its turn. @param half does a part of it */
export function change<T>(name: string, act: () => T, half?: () => unknown): T {
  changes++;
  if (account !== "") Deno.writeTextFileSync(account, `${name}${half ? " divisible" : ""}\n`, { append: true });
  if (changes !== crashAt) return act();
  if (crashWhen === "before") die();
  if (crashWhen === "middle") {
    half?.();
    die();
  }
  const done = act();
  if (!(done instanceof Promise)) die();
  return done.then(die) as T;
}

function bare(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Files, each change of which may be the last. */
export function crashingFiles(files: Files): Files {
  return {
    ...files,
    makeDir: (path) => change(`makeDir ${bare(path)}`, () => files.makeDir(path)),
    writeAtomic: (path, content, options) =>
      change(`writeAtomic ${bare(path)}`, () => files.writeAtomic(path, content, options), () => {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        Deno.writeFileSync(`${path}.${Deno.pid}-0.tmp`, bytes.subarray(0, bytes.length / 2), { mode: 0o600 });
      }),
    append: (path, bytes) =>
      change(
        `append ${bare(path)}`,
        () => files.append(path, bytes),
        () => files.append(path, bytes.subarray(0, bytes.length / 2)),
      ),
    link: (path, target) =>
      change(
        `link ${bare(path)}`,
        () => files.link(path, target),
        () => Deno.symlinkSync(target, `${path}.${Deno.pid}-0.tmp`),
      ),
    rename: (from, to) => change(`rename ${bare(to)}`, () => files.rename(from, to)),
    remove: (path, options) => change(`remove ${bare(path)}`, () => files.remove(path, options)),
    chmod: (path, mode) => change(`chmod ${bare(path)}`, () => files.chmod(path, mode)),
  };
}

/** Processes, to start or signal one of which may be the last. */
export function crashingProcesses(processes: Processes): Processes {
  return {
    ...processes,
    spawnGroup: (spec) => change("spawnGroup", () => processes.spawnGroup(spec)),
    signal: (pid, name) => change(`signal ${name}`, () => processes.signal(pid, name)),
    signalGroup: (pgid, name) => change(`signalGroup ${name}`, () => processes.signalGroup(pgid, name)),
    run: (spec) => {
      const words = spec.argv.filter((word) => changingGit.includes(word));
      if (spec.argv[0] !== "git" || words.length === 0) return processes.run(spec);
      return change(`git ${words.join(" ")}`, () => processes.run(spec), () => {
        void processes.run(spec);
      });
    },
  };
}

/** Locks, to take or leave one of which may be the last. */
export function crashingLock(lock: Lock): Lock {
  return {
    ...lock,
    tryAcquire: (path) =>
      change("lock", async () => {
        const held = await lock.tryAcquire(path);
        return held && { release: () => change("unlock", () => held.release()) };
      }),
  };
}

function fastClock(clock: Clock): Clock {
  if (speed === 1) return clock;
  return {
    now: () => Math.round(speedOrigin + (clock.now() - speedOrigin) * speed),
    monotonic: () => clock.monotonic() * speed,
    sleep: (milliseconds, signal) => clock.sleep(milliseconds / speed, signal),
  };
}

/** The world of a program that may die, but for what each of them has of its own. */
type OwnParts = Pick<Parameters<typeof runApp>[1], "version" | "clock" | "processes" | "upgradeMeans">;

/** Runs the program in that world, and ends this process with its exit code. */
export async function runMortal(own: OwnParts): Promise<never> {
  const { processes } = own;
  const stdout = denoStdout();
  const stderr = denoStderr();
  const code = await runApp(Deno.args, {
    ...own,
    files: crashingFiles(denoFiles()),
    channels: denoChannels(),
    holes: denoHoles(processes),
    scopes: denoScopes(processes),
    lock: crashingLock(denoLock()),
    host: denoHost(processes),
    http: denoHttp(),
    signals: denoSignals(),
    stdout,
    stderr,
    ...assetsIn(new URL("../../", import.meta.url)),
  }, () => {});
  await stdout.drain(1000);
  await stderr.drain(1000);
  Deno.exit(code);
}

async function upgradeMeans() {
  const { denoUpgradeMeans } = await import("../../src/ports/deno/upgrade_means.ts");
  const { releaseKeys } = await import("../../src/service/release_key.ts");
  return { ...denoUpgradeMeans(), keys: releaseKeys };
}

if (import.meta.main) {
  const processes = crashingProcesses(denoProcesses());
  await runMortal({ version: manifest.version, clock: fastClock(denoClock()), processes, upgradeMeans });
}
