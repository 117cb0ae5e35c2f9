// Who holds the lock of the log folder, and whether the names beside it are those of somebody who is gone.
import { numberField, textField } from "../../view/field.ts";
import { holderPaths, readHolder } from "../../view/service_view.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { ok, warn } from "./check.ts";

const name = "lock";

export function checkLock(scene: ProjectScene): readonly Finding[] {
  const { world: { files }, config } = scene;
  const { logDir } = config.runtime;
  const holder = readHolder(files, logDir);
  const pid = numberField(holder, "pid");
  if (scene.isSupervised) {
    const who = pid === null ? "a supervisor that left no name" : `pid ${pid} since ${textField(holder, "started_at")}`;
    return [ok(name, `held by ${who}`)];
  }
  const left = namesLeft(scene);
  if (left.length === 0) return [ok(name, "free: no supervisor runs")];
  const who = pid === null ? "a supervisor" : `the supervisor with pid ${pid}`;
  return [warn(name, {
    found: `free, but ${who} ended without a word: it was killed, or the machine was switched off`,
    fix: "The next 'agent-runner serve' goes on where it was; 'agent-runner doctor --fix' removes its name",
    mend: { needsLock: true, run: () => removeNames(scene) },
  })];
}

function namesLeft({ world: { files }, config }: ProjectScene): readonly string[] {
  return holderPaths(config.runtime.logDir).filter((path) => files.lstat(path)?.isFile === true);
}

function removeNames(scene: ProjectScene): string {
  for (const path of namesLeft(scene)) scene.world.files.remove(path);
  return "removed the name of a supervisor that is gone";
}
