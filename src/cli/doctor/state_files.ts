// Do the small state files hold what they should; what does not is moved aside, never deleted.
import { joinPath } from "../../core/path.ts";
import { fileStamp } from "../../core/text.ts";
import { messageOf } from "../../core/errors.ts";
import { LoopFiles } from "../../loop/memory.ts";
import { FileFault, type Files } from "../../ports/files.ts";
import { isObject } from "../../store/json_file.ts";
import { parseSalvages } from "../../store/salvage_entries.ts";
import { StatusFile } from "../../store/status.ts";
import { parseList } from "../../vcs/orphan_format.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { counted, ok, warn } from "./check.ts";

const name = "state_files";
const mostBytes = 16 * 1024 * 1024;
const strict = new TextDecoder("utf-8", { fatal: true });

/** `isLost`: nothing of it can be used. */
interface Damage {
  readonly file: string;
  readonly reason: string;
  readonly isLost: boolean;
}

/** What a list of entries was read as. */
interface List {
  readonly entries: readonly unknown[];
  readonly isSound: boolean;
}

type Reader = (path: string, place: { readonly logDir: string; readonly files: Files }) => Omit<Damage, "file"> | null;

/** By name, each with what is wrong with it. The budget ledger is a row of its own. */
const readers: Readonly<Record<string, Reader>> = {
  "status.json": statusDamage,
  "loop.json": (path, { files }) => jsonDamage(path, { files, isGood: isObject }),
  "wait.json": (path, { logDir, files }) =>
    jsonDamage(path, { files, isGood: isObject }) ??
      (new LoopFiles(logDir, files).readWait() === null ? lost("it tells of no wait") : null),
  "seats.json": (path, { files }) => jsonDamage(path, { files, isGood: isObject }),
  "pace.json": (path, { files }) => jsonDamage(path, { files, isGood: isObject }),
  "sessions.json": (path, { files }) => jsonDamage(path, { files, isGood: holdsSessions }),
  "orphans.json": (path, { files }) => listDamage(path, { files, parse: parseList }),
  "salvage-ledger.json": (path, { files }) => listDamage(path, { files, parse: parseSalvages }),
  "orphan-state.json": (path, { files }) => jsonDamage(path, { files, isGood: isObject }),
};

export function checkStateFiles(scene: ProjectScene): readonly Finding[] {
  const { present, damages } = look(scene);
  if (damages.length === 0) return present === 0 ? [] : [ok(name, `${counted(present, "file")} as they should be`)];
  const found = damages.map(({ file, reason }) => `${file}: ${reason}`).join("; ");
  const isLost = damages.some((damage) => damage.isLost);
  if (!isLost) return [warn(name, { found, fix: "The next 'agent-runner serve' keeps what is good of it" })];
  const fix = scene.isSupervised
    ? "The supervisor replaces what it needs; what stays broken when it has ended is moved aside by 'doctor --fix'"
    : "agent-runner doctor --fix moves what is broken aside; what it said is then told from the records";
  return [warn(name, { found, fix, mend: { needsLock: true, run: () => moveAside(scene) } })];
}

function look({ world: { files }, config }: ProjectScene) {
  const { logDir } = config.runtime;
  const present = Object.keys(readers).filter((file) => files.lstat(joinPath(logDir, file)) !== null);
  const damages: Damage[] = present.flatMap((file) => {
    const damage = damageOf(file, { logDir, files });
    return damage === null ? [] : [{ file, ...damage }];
  });
  return { present: present.length, damages };
}

function damageOf(file: string, place: { readonly logDir: string; readonly files: Files }) {
  try {
    return readers[file]!(joinPath(place.logDir, file), place);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return { reason: messageOf(thrown), isLost: false };
  }
}

/** A list, as it was once, or an object with one. */
function holdsSessions(value: unknown): boolean {
  return Array.isArray(value) || (isObject(value) && Array.isArray(value.sessions));
}

function lost(reason: string): Omit<Damage, "file"> {
  return { reason, isLost: true };
}

function jsonDamage(
  path: string,
  { files, isGood }: { readonly files: Files; readonly isGood: (value: unknown) => boolean },
): Omit<Damage, "file"> | null {
  if (files.stat(path)?.isFile !== true) return lost("it is no file");
  const bytes = files.readBytes(path, { offset: 0, length: mostBytes + 1 }) ?? new Uint8Array();
  if (bytes.length > mostBytes) return lost("it is too large");
  try {
    return isGood(JSON.parse(strict.decode(bytes))) ? null : lost("it holds something else");
  } catch {
    return lost("it is no JSON");
  }
}

function statusDamage(path: string, { logDir, files }: { readonly logDir: string; readonly files: Files }) {
  if (files.stat(path)?.isFile !== true) return lost("it is no file");
  const { status, recovered } = new StatusFile(logDir, files).read();
  return recovered === null ? null : { reason: recovered.replace(/^status\.json:? /, ""), isLost: status === null };
}

function listDamage(
  path: string,
  { files, parse }: { readonly files: Files; readonly parse: (bytes: Uint8Array | null) => List },
) {
  if (files.stat(path)?.isFile !== true) return lost("it is no file");
  const { entries, isSound } = parse(files.readBytes(path, { offset: 0, length: mostBytes }));
  if (isSound) return null;
  return entries.length === 0
    ? lost("none of its entries can be read")
    : { reason: "some of its entries cannot be read", isLost: false };
}

function moveAside(scene: ProjectScene): string | null {
  const { world: { files, clock }, config } = scene;
  const stamp = fileStamp(clock.now());
  const moved = look(scene).damages.filter(({ isLost }) => isLost).map(({ file }) => {
    const aside = `${file}.corrupt-${stamp}`;
    files.rename(joinPath(config.runtime.logDir, file), joinPath(config.runtime.logDir, aside));
    return `${file} to ${aside}`;
  });
  return moved.length === 0 ? null : `moved ${moved.join(", ")}`;
}
