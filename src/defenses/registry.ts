// Lists the defenses in the order they are shown. Written by `deno task gen`.
import atomicStateWrites from "./atomic_state_writes.ts";
import crashLoopBreaker from "./crash_loop_breaker.ts";
import criticalEnvsInjection from "./critical_envs_injection.ts";
import eventKindRegistry from "./event_kind_registry.ts";
import flockConcurrency from "./flock_concurrency.ts";
import leftoversSweep from "./leftovers_sweep.ts";
import orphanStashIdempotencyS from "./orphan_stash_idempotency_s.ts";
import processGroupIsolation from "./process_group_isolation.ts";
import roundAdoption from "./round_adoption.ts";
import roundTimeoutS from "./round_timeout_s.ts";
import setDiffClassification from "./set_diff_classification.ts";
import shaLockedStash from "./sha_locked_stash.ts";
import sigtermReaper from "./sigterm_reaper.ts";
import silenceWalls from "./silence_walls.ts";
import startupSmokeCheck from "./startup_smoke_check.ts";

/** Every defense; the ones of the predecessor come first, in its order. */
export const defenses = [
  roundTimeoutS,
  processGroupIsolation,
  sigtermReaper,
  orphanStashIdempotencyS,
  shaLockedStash,
  setDiffClassification,
  criticalEnvsInjection,
  startupSmokeCheck,
  crashLoopBreaker,
  flockConcurrency,
  atomicStateWrites,
  eventKindRegistry,
  silenceWalls,
  leftoversSweep,
  roundAdoption,
] as const;
