// A lock that dies with its holder, so that no stale file can block a start.

export interface HeldLock {
  release(): void;
}

export interface Lock {
  /** Takes the lock on `path` (made when absent), or null when another process holds it. */
  tryAcquire(path: string): Promise<HeldLock | null>;
  /** Whether some process holds it now; looks only, and needs no right to write. */
  isHeld(path: string): Promise<boolean>;
}
