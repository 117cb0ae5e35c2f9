// Is the log folder there, may it be written, and does git leave it alone.
import { joinPath } from "../../core/path.ts";
import { FileFault } from "../../ports/files.ts";
import { openGit } from "../../vcs/git.ts";
import { logFolderWithin } from "../../vcs/dirty.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

const name = "log_folder";
const probe = ".write_probe";

export async function checkLogFolder(scene: ProjectScene): Promise<readonly Finding[]> {
  const { world: { files }, config } = scene;
  const { logDir } = config.runtime;
  const info = files.stat(logDir);
  if (info === null) {
    const found = `'${logDir}' does not exist yet`;
    const fix = "The first 'agent-runner serve' makes it, and so does 'agent-runner doctor --fix'";
    return [warn(name, { found, fix, mend: { needsLock: false, run: () => make(scene) } })];
  }
  if (!info.isDirectory) {
    return [fail(name, { found: `'${logDir}' is no folder`, fix: "Move it away, or mend runtime.log_dir" })];
  }
  const fault = writeFault(scene);
  if (fault !== null) {
    const found = `'${logDir}' cannot be written: ${fault.message}`;
    return [
      fail(name, { found, fix: "Make the folder writable for this user, or set runtime.log_dir to one that is" }),
    ];
  }
  return [await checkIgnored(scene) ?? ok(name, logDir)];
}

function make({ world: { files }, config }: ProjectScene): string {
  files.makeDir(joinPath(config.runtime.logDir, "rounds"));
  return `made '${config.runtime.logDir}'`;
}

function writeFault({ world: { files }, config }: ProjectScene): FileFault | null {
  const path = joinPath(config.runtime.logDir, probe);
  try {
    files.append(path, new Uint8Array());
    files.remove(path);
    return null;
  } catch (thrown) {
    // The disk is a row of its own.
    if (thrown instanceof FileFault) return thrown.kind === "full" ? null : thrown;
    throw thrown;
  }
}

/** A finding when the folder is in the work tree and git does not ignore it. */
async function checkIgnored({ world, config }: ProjectScene): Promise<Finding | null> {
  const { workDir, logDir } = config.runtime;
  const within = logFolderWithin(world.files, { workDir, logDir });
  if (within === null) return null;
  // Asked of a file in it: a folder that is not there yet matches no pattern for folders.
  const git = openGit({ processes: world.processes, workDir });
  const answer = await git.call(["check-ignore", "--quiet", "--", `./${within}/status.json`]);
  if (answer.kind !== "failed" || answer.code !== 1) return null;
  return warn(name, {
    found: `'${logDir}' is inside the work tree and not ignored: 'git add -A' of an agent takes it`,
    fix: `Add the line '/${within}/' to '${joinPath(workDir, ".gitignore")}'`,
  });
}
