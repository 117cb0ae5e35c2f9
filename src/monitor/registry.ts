// Lists the detectors in the order they are asked in. Written by `deno task gen`.
import type { Detector } from "./detector.ts";
import anomalyRepetitiveActive from "./detectors/anomaly_repetitive_active.ts";
import budget from "./detectors/budget.ts";
import clockJump from "./detectors/clock_jump.ts";
import configBroken from "./detectors/config_broken.ts";
import crashLoop from "./detectors/crash_loop.ts";
import degradedStart from "./detectors/degraded_start.ts";
import diskCritical from "./detectors/disk_critical.ts";
import diskWarning from "./detectors/disk_warning.ts";
import humanNeeded from "./detectors/human_needed.ts";
import hung from "./detectors/hung.ts";
import leftovers from "./detectors/leftovers.ts";
import limitWaiting from "./detectors/limit_waiting.ts";
import logFlood from "./detectors/log_flood.ts";
import memPressure from "./detectors/mem_pressure.ts";
import monitorBlind from "./detectors/monitor_blind.ts";
import networkFail from "./detectors/network_fail.ts";
import noProgress from "./detectors/no_progress.ts";
import oauthFail from "./detectors/oauth_fail.ts";
import orphanChain from "./detectors/orphan_chain.ts";
import rateLimitActive from "./detectors/rate_limit_active.ts";
import smokeFailRate from "./detectors/smoke_fail_rate.ts";
import supervisorStale from "./detectors/supervisor_stale.ts";
import timeoutRate from "./detectors/timeout_rate.ts";
import versionChanged from "./detectors/version_changed.ts";

/** Every detector; the ones of the predecessor come first, in its order. */
export const detectors: readonly Detector[] = [
  timeoutRate,
  hung,
  orphanChain,
  diskWarning,
  diskCritical,
  memPressure,
  smokeFailRate,
  oauthFail,
  networkFail,
  rateLimitActive,
  anomalyRepetitiveActive,
  supervisorStale,
  crashLoop,
  configBroken,
  humanNeeded,
  noProgress,
  budget,
  limitWaiting,
  leftovers,
  logFlood,
  degradedStart,
  clockJump,
  monitorBlind,
  versionChanged,
];
