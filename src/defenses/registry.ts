// Lists the defenses in the order they are shown. Written by `deno task gen`.
import actEarly from "./act_early.ts";
import atomicStateWrites from "./atomic_state_writes.ts";
import budgetLedger from "./budget_ledger.ts";
import crashLoopBreaker from "./crash_loop_breaker.ts";
import criticalEnvsInjection from "./critical_envs_injection.ts";
import diskFloor from "./disk_floor.ts";
import doneVerification from "./done_verification.ts";
import eventKindRegistry from "./event_kind_registry.ts";
import fallbackSeats from "./fallback_seats.ts";
import flockConcurrency from "./flock_concurrency.ts";
import hookIsolation from "./hook_isolation.ts";
import leftoversSweep from "./leftovers_sweep.ts";
import logBound from "./log_bound.ts";
import logFolderExclusion from "./log_folder_exclusion.ts";
import orphanStashIdempotencyS from "./orphan_stash_idempotency_s.ts";
import processGroupIsolation from "./process_group_isolation.ts";
import retryNow from "./retry_now.ts";
import roundAdoption from "./round_adoption.ts";
import roundLimits from "./round_limits.ts";
import roundTimeoutS from "./round_timeout_s.ts";
import salvageRefs from "./salvage_refs.ts";
import secretRedaction from "./secret_redaction.ts";
import sessionRefusal from "./session_refusal.ts";
import setDiffClassification from "./set_diff_classification.ts";
import shaLockedStash from "./sha_locked_stash.ts";
import sigtermReaper from "./sigterm_reaper.ts";
import silenceWalls from "./silence_walls.ts";
import stallStop from "./stall_stop.ts";
import startupSmokeCheck from "./startup_smoke_check.ts";
import waitObeyed from "./wait_obeyed.ts";

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
  actEarly,
  sessionRefusal,
  waitObeyed,
  retryNow,
  fallbackSeats,
  budgetLedger,
  logFolderExclusion,
  secretRedaction,
  salvageRefs,
  roundLimits,
  logBound,
  diskFloor,
  hookIsolation,
  stallStop,
  doneVerification,
] as const;
