// What each round's agent does: a behaviour of the scripted agent and kinds of work, both drawn from the seed.
import { Random } from "./random.ts";

interface Behaviour {
  readonly mode: string;
  readonly weight: number;
  /** Environment that goes with it. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Every behaviour of the scripted agent; what takes seconds is rarer. */
export const behaviours: readonly Behaviour[] = [
  { mode: "clean", weight: 14 },
  { mode: "silent", weight: 2 },
  { mode: "exit1", weight: 4 },
  { mode: "exit7", weight: 2 },
  { mode: "say", weight: 1 },
  { mode: "exit143", weight: 1 },
  { mode: "segv", weight: 1 },
  { mode: "killself", weight: 1 },
  { mode: "termself", weight: 1 },
  { mode: "mute", weight: 2 },
  { mode: "slow", weight: 10, settings: { FAKE_SLEEP: 1 } },
  { mode: "hang", weight: 5 },
  { mode: "deaf", weight: 1 },
  { mode: "late", weight: 2, settings: { FAKE_SLEEP: 0.5, FAKE_END: "result", FAKE_CHILD: 1 } },
  { mode: "late", weight: 2, settings: { FAKE_SLEEP: 0.5, FAKE_END: 3, FAKE_CHILD: 1 } },
  { mode: "late", weight: 2, settings: { FAKE_SLEEP: 0.5, FAKE_END: "KILL", FAKE_CHILD: 1 } },
  { mode: "deaf_few", weight: 3 },
  { mode: "polite", weight: 2 },
  { mode: "stop", weight: 2 },
  { mode: "closed", weight: 1 },
  { mode: "background", weight: 3 },
  { mode: "background_deaf", weight: 2 },
  { mode: "background_polite", weight: 2 },
  { mode: "setsid", weight: 3 },
  { mode: "scrubbed", weight: 2, settings: { FAKE_SLEEP: 4 } },
  { mode: "result_hang", weight: 2 },
  { mode: "result_worker", weight: 1, settings: { FAKE_SLEEP: 1 } },
  { mode: "result_worker_hang", weight: 1, settings: { FAKE_SLEEP: 1 } },
  { mode: "result_helper", weight: 1 },
  { mode: "quoted_result", weight: 1, settings: { FAKE_SLEEP: 0.5 } },
  { mode: "prompt_unread", weight: 1 },
  { mode: "prompt_stdin", weight: 1 },
  { mode: "prompt_argv", weight: 1 },
  { mode: "args", weight: 1 },
  { mode: "argv", weight: 1 },
  { mode: "record", weight: 2 },
  { mode: "record_fail", weight: 1 },
  { mode: "commit", weight: 3 },
  { mode: "dirty", weight: 3 },
  { mode: "dirty_fail", weight: 3 },
  { mode: "limit", weight: 2, settings: { FAKE_RESET: 30 } },
  { mode: "transient", weight: 2 },
  { mode: "auth", weight: 1 },
  { mode: "billing", weight: 1 },
  { mode: "context", weight: 1 },
  { mode: "retrying", weight: 1 },
  { mode: "sleeping", weight: 1 },
  { mode: "session", weight: 1 },
  { mode: "done", weight: 1 },
  { mode: "env", weight: 1 },
  { mode: "busy", weight: 1, settings: { FAKE_SLEEP: 1 } },
  { mode: "flood", weight: 1, settings: { FAKE_MB: 1 } },
  { mode: "repeats", weight: 1 },
  { mode: "degraded", weight: 1 },
  { mode: "updated", weight: 1 },
  { mode: "network", weight: 1 },
  { mode: "chatter", weight: 1 },
];

/** Kinds of work the agent's script knows, by how often they are done. */
export const workKinds: readonly { readonly kind: string; readonly weight: number }[] = [
  { kind: "untracked", weight: 4 },
  { kind: "nested", weight: 2 },
  { kind: "edit", weight: 4 },
  { kind: "overwrite", weight: 3 },
  { kind: "delete", weight: 2 },
  { kind: "rename", weight: 2 },
  { kind: "staged", weight: 3 },
  { kind: "staged_over", weight: 2 },
  { kind: "staged_rename", weight: 2 },
  { kind: "staged_delete", weight: 1 },
  { kind: "intent", weight: 1 },
  { kind: "binary", weight: 2 },
  { kind: "odd", weight: 2 },
  { kind: "symlink", weight: 1 },
  { kind: "mode", weight: 1 },
  { kind: "empty", weight: 1 },
  { kind: "ignored", weight: 1 },
  { kind: "secret", weight: 1 },
  { kind: "commit", weight: 3 },
  { kind: "branch", weight: 1 },
  { kind: "switch", weight: 1 },
  { kind: "unmerged", weight: 1 },
  { kind: "big", weight: 1 },
  { kind: "writer", weight: 3 },
];

/** Only where the project has a submodule. */
export const submoduleKinds: typeof workKinds = [{ kind: "submodule", weight: 4 }, { kind: "within", weight: 2 }];

const mostKinds = 4;

/** The plan of one round: three lines for the agent's script. */
export function planOf(round: number, options: { readonly seed: string; readonly hasSubmodule: boolean }): string {
  const random = new Random(options.seed, "agent", round);
  const { mode, settings = {} } = random.weigh(behaviours);
  const known = options.hasSubmodule ? [...workKinds, ...submoduleKinds] : workKinds;
  // A round in six is one that leaves nothing. None does a thing twice: the second would undo the first.
  const count = random.isTrue(1 / 6) ? 0 : random.whole(1, mostKinds);
  const kinds = new Set(Array.from({ length: count }, () => random.weigh(known).kind));
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `${mode}\n${words.join(" ")}\n${[...kinds].join(" ")}\n`;
}
