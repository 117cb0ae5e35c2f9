// Is git there, and is the work folder one it can save work in.
import { joinPath } from "../../core/path.ts";
import { spellDuration } from "../../core/text.ts";
import { describeFault } from "../../vcs/git_call.ts";
import { openGit } from "../../vcs/git.ts";
import type { Finding, ProjectScene, Scene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";
import { ask } from "./short_command.ts";

/** The first that takes names of files without a limit when it stashes them. */
const oldest = [2, 26] as const;
/** A git that is at work holds the index for less. */
const staleLockSeconds = 600;

export async function checkGit({ world }: Scene): Promise<readonly Finding[]> {
  const name = "git";
  const answer = await ask(["git", "--version"], world.processes);
  if (answer.kind === "absent") {
    return [
      fail(name, { found: "there is no git on PATH", fix: "Install git with the package manager of this system" }),
    ];
  }
  const version = answer.kind === "answered" ? /^git version ((\d+)\.(\d+)\S*)/.exec(answer.out) : null;
  if (version === null) {
    const found = answer.kind === "silent" ? "'git --version' does not answer" : "'git --version' names no version";
    return [fail(name, { found, fix: "Run 'git --version' by hand and mend what it complains of" })];
  }
  const [major, minor] = [Number(version[2]), Number(version[3])];
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return [ok(name, version[1]!)];
  const found = `${version[1]} is older than ${oldest.join(".")}: work may not be saved`;
  return [warn(name, { found, fix: `Install git ${oldest.join(".")} or newer` })];
}

export async function checkWorkTree({ world, config }: ProjectScene): Promise<readonly Finding[]> {
  const name = "work_tree";
  const { workDir } = config.runtime;
  const fix = "Run 'git init' in it, or set runtime.work_dir to a git work tree";
  if (world.files.stat(workDir)?.isDirectory !== true) {
    return [fail(name, { found: `'${workDir}' is no folder`, fix: "Make it, or mend runtime.work_dir" })];
  }
  const place = await openGit({ processes: world.processes, workDir }).probe();
  if (place.kind !== "ok") return [fail(name, { found: `'${workDir}': ${describeFault(place)}`, fix })];
  if (!place.isWorkTree) {
    return [fail(name, { found: `'${workDir}' is inside a .git folder or a bare repository`, fix })];
  }
  const lock = joinPath(place.gitDir, "index.lock");
  const age = ageSeconds(world.files.stat(lock)?.modifiedAt, world.clock.now());
  if (age !== null && age > staleLockSeconds) {
    const found = `'${lock}' is ${spellDuration(age)} old: a git was killed, and no other can change anything`;
    return [warn(name, { found, fix: "See that no git is at work in the project, then remove that file" })];
  }
  if (place.head === null) {
    const found = `'${workDir}' has no commit yet: work that is left over cannot be stashed`;
    return [warn(name, { found, fix: "Make a first commit" })];
  }
  const part = place.prefix === "" ? "" : `, a part of '${place.root}'`;
  return [ok(name, `${workDir}${part} at ${place.head.slice(0, 12)}`)];
}

function ageSeconds(modifiedAt: number | undefined, now: number): number | null {
  return modifiedAt === undefined ? null : (now - modifiedAt) / 1000;
}
