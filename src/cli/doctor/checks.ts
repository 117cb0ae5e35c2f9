// The checks in the order they are shown; to add one, write a file and a line here.
import { checkAgents } from "./agents.ts";
import { checkBudget } from "./budget.ts";
import type { Check, ProjectScene } from "./check.ts";
import { checkClock } from "./clock.ts";
import { checkConfig } from "./config.ts";
import { checkGit, checkWorkTree } from "./git.ts";
import { checkLeftovers } from "./leftovers.ts";
import { checkLimits } from "./limits.ts";
import { checkLock } from "./lock.ts";
import { checkLogFolder } from "./log_folder.ts";
import { checkDisk, checkMemory } from "./machine.ts";
import { checkNotify } from "./notify.ts";
import { checkPermissions } from "./permissions.ts";
import { checkPrompt } from "./prompt.ts";
import { checkRecordFiles } from "./record_files.ts";
import { checkService } from "./service.ts";
import { checkSsh } from "./ssh.ts";
import { checkStateFiles } from "./state_files.ts";
import { checkSupervisor } from "./supervisor.ts";
import { checkUpgrade } from "./upgrade.ts";
import { checkVerify } from "./verify.ts";

/** Run also where the configuration is broken. */
export const machineChecks: readonly Check[] = [
  checkConfig,
  checkGit,
  checkClock,
  checkService,
  checkUpgrade,
  checkSsh,
];

/** The log folder comes first: what it lacks can be mended, and others look into it. */
export const projectChecks: readonly Check<ProjectScene>[] = [
  checkLogFolder,
  checkWorkTree,
  checkAgents,
  checkPrompt,
  checkVerify,
  checkPermissions,
  checkDisk,
  checkMemory,
  checkLock,
  checkSupervisor,
  checkLeftovers,
  checkLimits,
  checkStateFiles,
  checkRecordFiles,
  checkBudget,
  checkNotify,
];
