// flock(2) through Deno: the lock dies with its holder. Older runtimes lack tryLock, so lock() is raced there.
import type { HeldLock, Lock } from "../lock.ts";

const attempts = 12;
const pauseMs = 20;
/** A free lock is had in well under a millisecond; these only tell a held one from a slow machine. */
const acquireRaceMs = 250;
const lookRaceMs = 30;

type TryLock = (exclusive: boolean) => Promise<boolean>;

export function denoLock(): Lock {
  /** Probes of the older runtime that still wait for a holder to leave: one per path is enough. */
  const pending = new Map<string, Promise<void>>();
  return {
    async tryAcquire(path) {
      // A reader's probe holds the lock for an instant; a supervisor must not be refused because of it.
      for (let attempt = 0; attempt < attempts; attempt++) {
        const held = await acquireOnce(path);
        if (held === "gave_up") return null;
        if (held) return held;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
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
      if (await settlesWithin(probe, lookRaceMs)) {
        file.close();
        return false;
      }
      pending.set(path, probe.then(() => file.close()).finally(() => pending.delete(path)));
      return true;
    },
  };
}

/** `gave_up`: the older runtime has waited in line; trying again at once would tell nothing new. */
async function acquireOnce(path: string): Promise<HeldLock | "gave_up" | null> {
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  const tryLock = tryLockOf(file);
  const isOurs = tryLock ? await tryLock(true) : await settlesWithin(file.lock(true), acquireRaceMs);
  if (isOurs) return { release: () => file.close() };
  file.close();
  return tryLock ? null : "gave_up";
}

function tryLockOf(file: Deno.FsFile): TryLock | null {
  const candidate = (file as { tryLock?: TryLock }).tryLock;
  return candidate ? candidate.bind(file) : null;
}

async function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), milliseconds));
  const isSettled = await Promise.race([promise.then(() => true, () => false), timeout]);
  clearTimeout(timer);
  return isSettled;
}
