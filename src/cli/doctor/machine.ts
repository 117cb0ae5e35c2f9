// Is there room on the disks and in the memory for another night.
import { dirName } from "../../core/path.ts";
import { spellBytes } from "../../core/text.ts";
import type { DiskSample } from "../../ports/host.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

const megabyte = 1024 * 1024;

/** One row for each file system that the project lies on. */
export async function checkDisk({ world, config }: ProjectScene): Promise<readonly Finding[]> {
  const { workDir, logDir } = config.runtime;
  const folders = [workDir, logDir].map((path) => existing(path, world.files));
  const [work, logs] = await Promise.all(folders.map((folder) => world.host.disk(folder)));
  const first = judge("disk", { folder: folders[0]!, sample: work ?? null, config });
  if (isSameDisk(work ?? null, logs ?? null)) return [first];
  return [first, judge("disk log_dir", { folder: folders[1]!, sample: logs ?? null, config })];
}

/** What is free changes from moment to moment, the size does not. */
function isSameDisk(a: DiskSample | null, b: DiskSample | null): boolean {
  return a?.totalBytes === b?.totalBytes && Math.abs((a?.usedPercent ?? 0) - (b?.usedPercent ?? 0)) < 1;
}

function judge(
  name: string,
  { folder, sample, config }: {
    readonly folder: string;
    readonly sample: DiskSample | null;
    readonly config: ProjectScene["config"];
  },
): Finding {
  if (sample === null) {
    return warn(name, { found: `${folder} cannot be measured`, fix: "See that 'df -Pk' answers" });
  }
  const { diskWarningPercent, diskCriticalPercent } = config.monitor.hostHealth;
  const found = `${folder} has ${spellBytes(sample.freeBytes)} free of ${spellBytes(sample.totalBytes)}, ` +
    `${sample.usedPercent}% used`;
  const fix = "Make room: old files of the project, of the agent, or a lower runtime.round_log_retention";
  if (sample.freeBytes < config.runtime.diskFloorMb * megabyte || sample.usedPercent >= diskCriticalPercent) {
    return fail(name, { found, fix });
  }
  return sample.usedPercent >= diskWarningPercent ? warn(name, { found, fix }) : ok(name, found);
}

/** The path, or the nearest folder above it that is there. */
function existing(path: string, files: ProjectScene["world"]["files"]): string {
  let folder = path;
  while (folder !== "/" && files.stat(folder) === null) folder = dirName(folder);
  return folder;
}

export function checkMemory({ world, config }: ProjectScene): readonly Finding[] {
  const name = "memory";
  const { memoryTotalMb, memoryAvailableMb } = world.host.sample();
  const found = `${spellBytes(memoryAvailableMb * megabyte)} available of ${spellBytes(memoryTotalMb * megabyte)}`;
  if (memoryTotalMb <= 0 || memoryAvailableMb >= config.monitor.hostHealth.memAvailMinMb) return [ok(name, found)];
  const fix = "End what takes it, or add swap: a system without memory kills agents in the middle of a round";
  return [warn(name, { found, fix })];
}
