// Scopes of the service manager: a cgroup per round, from which nothing that was started can get away.

/** What this machine can do. */
export type ScopeFinding =
  | {
    readonly kind: "usable";
    /** Path of systemd-run. */
    readonly program: string;
    /** It knows the words that newer versions want to hear. */
    readonly isNew: boolean;
    /** A limit on this has an effect. */
    readonly limits: { readonly memory: boolean; readonly tasks: boolean };
    /** The user's service manager outlives the login; without that it ends its scopes with the last session. */
    readonly isLasting: boolean;
  }
  | {
    readonly kind: "absent";
    /** For people: why there is none. */
    readonly reason: string;
  };

/** The service manager's scopes. Nothing throws. */
export interface Scopes {
  /**
   * Asked once, in at most 3 s; the answer is kept. `isOnlyLasting`: a manager that ends with the login is not asked and
   * counts as absent.
   */
  find(options: { readonly isOnlyLasting: boolean }): Promise<ScopeFinding>;
  /** Processes in a scope. @param path its cgroup, as /proc/<pid>/cgroup spells it after `0::` */
  members(path: string): Promise<readonly number[]>;
  /** Kills all that is in a scope in one step, also what is being forked at that moment. False: it could not be done. */
  kill(path: string): Promise<boolean>;
}
