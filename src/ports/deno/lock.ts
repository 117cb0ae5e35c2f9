// flock(2) through Deno: the lock dies with its holder. Older runtimes lack tryLock, so lock() is raced there.
import type { Lock } from "../lock.ts";

const pauseMs = 20;
/** Whoever only takes it to look at what it guards gives it back within this time. */
const patienceMs = 250;
/** A reader that the machine leaves without a processor keeps its shared lock as long: no holder, so it is sat out. */
const readersPatienceMs = 5_000;
/** Of the older runtime: a free lock is seen well within it. */
const lookRaceMs = 30;

type TryLock = (exclusive: boolean) => Promise<boolean>;

export function denoLock(): Lock {
  /** Probes of the older runtime that still wait for a holder to leave: one per path is enough. */
  const pending = new Map<string, Promise<void>>();
  return {
    async tryAcquire(path) {
      const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
      if (await acquire(file, path)) return { release: () => file.close() };
      file.close();
      return null;
    },
    async isHeld(path) {
      if (pending.has(path)) return true;
      let file: Deno.FsFile;
      try {
        file = await Deno.open(path, { read: true });
      } catch {
        return false;
      }
      if (tryLockOf(file)) {
        const isFree = await tryLockOf(file)!(false);
        file.close();
        return !isFree;
      }
      const probe = file.lock(false).then(() => {}, () => {});
      if (await settlesInTime(probe, path)) {
        file.close();
        return false;
      }
      pending.set(path, probe.then(() => file.close()).finally(() => pending.delete(path)));
      return true;
    },
  };
}

/** Waits a moment for one that holds it as a supervisor does, and longer for readers alone. */
async function acquire(file: Deno.FsFile, path: string): Promise<boolean> {
  const tryLock = tryLockOf(file);
  // The older runtime can only wait in line: what it asked for once is looked at again and again.
  const turn = tryLock === null ? file.lock(true) : null;
  const beganAt = performance.now();
  while (true) {
    if (turn !== null ? await settlesWithin(turn, pauseMs) : await tryLock!(true)) return true;
    const waitedMs = performance.now() - beganAt;
    if (waitedMs >= readersPatienceMs) return false;
    // One's own turn may have come while that was looked at.
    if (waitedMs >= patienceMs && !await isShared(path)) return turn !== null && await settlesWithin(turn, 0);
    if (turn === null) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Whether those who hold it are readers, or nobody: then another reader gets it, too. */
async function isShared(path: string): Promise<boolean> {
  const file = await Deno.open(path, { read: true });
  try {
    return await (tryLockOf(file)?.(false) ?? settlesInTime(file.lock(false), path));
  } finally {
    file.close();
  }
}

function tryLockOf(file: Deno.FsFile): TryLock | null {
  const candidate = (file as { tryLock?: TryLock }).tryLock;
  return candidate ? candidate.bind(file) : null;
}

/** Time counts only once a later call has come back: a busy machine does all of them late. */
async function settlesInTime(locking: Promise<void>, path: string): Promise<boolean> {
  const late = Promise.all([
    Deno.stat(path).catch(() => null),
    new Promise((resolve) => setTimeout(resolve, lookRaceMs)),
  ]);
  return await Promise.race([locking.then(() => true, () => false), late.then(() => false)]);
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  const isSettled = await Promise.race([promise.then(() => true, () => false), timeout]);
  clearTimeout(timer);
  return isSettled;
}
