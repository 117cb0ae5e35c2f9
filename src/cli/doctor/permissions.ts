// Are the records private to this user: raw output of an agent holds whatever it has read.
import { baseName } from "../../core/path.ts";
import { FileFault } from "../../ports/files.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { counted, ok, someOf, warn } from "./check.ts";
import { ownPaths } from "./own_paths.ts";

const name = "permissions";
const privateFile = 0o600;
const privateFolder = 0o700;
/** Names on one command line; the kernel's limit is far above. */
const pathsAtOnce = 400;
const timeoutMs = 10_000;
/** Any of the bits that let others in, in the words every find(1) knows. */
const opened = ["040", "020", "010", "004", "002", "001"].flatMap((bit, i) => [
  ...(i === 0 ? [] : ["-o"]),
  "-perm",
  `-${bit}`,
]);

export async function checkPermissions(scene: ProjectScene): Promise<readonly Finding[]> {
  const paths = ownPaths(scene);
  if (paths.length === 0) return [];
  const open = await openTo(paths, scene);
  if (open === null) {
    const found = "find(1) does not tell who may read the log folder";
    return [warn(name, { found, fix: `See that nobody else can: chmod -R go= '${scene.config.runtime.logDir}'` })];
  }
  if (open.length === 0) return [ok(name, `nobody else reads the log folder: ${counted(paths.length, "path")}`)];
  const found = `others may get at ${counted(open.length, "path")}: ${someOf(open.map(baseName))}`;
  const fix = "agent-runner doctor --fix takes the rights of others away";
  return [warn(name, { found, fix, mend: { needsLock: false, run: () => close(open, scene) } })];
}

/** Paths that others have any right to; null when it cannot be told. */
async function openTo(paths: readonly string[], { world }: ProjectScene): Promise<readonly string[] | null> {
  const asked = new Set(paths);
  const open: string[] = [];
  for (let from = 0; from < paths.length; from += pathsAtOnce) {
    const outcome = await world.processes.run({
      argv: ["find", ...paths.slice(from, from + pathsAtOnce), "-prune", "(", ...opened, ")", "-print"],
      environment: { LC_ALL: "C" },
      timeoutMs,
    });
    // A log that was tidied away meanwhile makes it complain; what it prints is true all the same.
    if (outcome.kind !== "exited" || (outcome.code !== 0 && outcome.stdout.length === 0)) return null;
    open.push(...new TextDecoder().decode(outcome.stdout).split("\n").filter((path) => asked.has(path)));
  }
  return open;
}

function close(open: readonly string[], { world: { files } }: ProjectScene): string {
  let closed = 0;
  let refusal: FileFault | null = null;
  for (const path of open) {
    try {
      const info = files.lstat(path);
      if (info === null || info.isSymlink) continue;
      files.chmod(path, info.isDirectory ? privateFolder : privateFile);
      closed++;
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      refusal = thrown;
    }
  }
  if (closed === 0 && refusal !== null) throw refusal;
  return `took the rights of others away from ${counted(closed, "path")}`;
}
