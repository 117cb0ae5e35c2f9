// Runs the checks, and mends what may be mended: once without the lock, once with it, so that no supervisor starts meanwhile.
import { messageOf } from "../../core/errors.ts";
import { FileFault } from "../../ports/files.ts";
import type { HeldLock } from "../../ports/lock.ts";
import { lockPath } from "../../view/service_view.ts";
import { loadProject } from "../project.ts";
import { maskSecretValues } from "../secrets.ts";
import type { World } from "../world.ts";
import type { Check, Finding, RowState, Scene } from "./check.ts";
import { fail } from "./check.ts";
import { machineChecks, projectChecks } from "./checks.ts";

/** One row of the answer, as `--json` shows it. */
export interface DoctorRow {
  readonly name: string;
  readonly state: RowState;
  readonly found: string;
  readonly fix: string | null;
  /** What `--fix` did about it; null when nothing was done. */
  readonly fixed: string | null;
}

/** What a check found, and what was done about it. */
interface Result {
  findings: readonly Finding[];
  readonly fixed: Map<string, string>;
  readonly refused: Map<string, string>;
}

type BoundCheck = () => Promise<readonly Finding[]>;

export interface ExamineOptions {
  readonly configPath: string;
  /** Mends what is safe to mend and looks again. */
  readonly isFixing: boolean;
  /** To be reached by ssh. */
  readonly hosts: readonly string[];
}

/** Looks at everything. */
export async function examine(options: ExamineOptions, world: World): Promise<readonly DoctorRow[]> {
  const scene = await openScene(options, world);
  const checks = boundChecks(scene);
  if (!options.isFixing) {
    const all = await Promise.all(checks.map((check) => check()));
    return all.flat().map((finding) => rowOf(finding, null));
  }
  const results: Result[] = [];
  // One after the other: what a later one looks at may just have been mended.
  for (const check of checks) {
    const result: Result = { findings: await check(), fixed: new Map(), refused: new Map() };
    results.push(result);
    await mend(result, { check, needsLock: false });
  }
  const waiting = checks.flatMap((check, i) => hasMend(results[i]!, true) ? [{ check, result: results[i]! }] : []);
  const held = waiting.length === 0 ? null : await takeLock(scene);
  if (held !== null) {
    try {
      for (const { check, result } of waiting) {
        // Before the lock was held a supervisor may have come and gone.
        result.findings = await check();
        await mend(result, { check, needsLock: true });
      }
    } finally {
      held.release();
    }
  }
  return results.flatMap(rowsOf);
}

async function openScene({ configPath, hosts }: ExamineOptions, world: World): Promise<Scene> {
  const loaded = loadProject({ configPath }, world);
  const config = loaded.kind === "ok" ? loaded.config : null;
  if (config !== null) maskSecretValues(config, world);
  const isSupervised = config !== null && await world.lock.isHeld(lockPath(config.runtime.logDir));
  return { world, loaded, configPath, config, hosts, isSupervised };
}

function boundChecks(scene: Scene): readonly BoundCheck[] {
  const { config } = scene;
  const machine = machineChecks.map((check) => bind(check, scene));
  return config === null ? machine : [...machine, ...projectChecks.map((check) => bind(check, { ...scene, config }))];
}

/** A file that cannot be read becomes a row: the other checks go on. */
function bind<S extends Scene>(check: Check<S>, scene: S): BoundCheck {
  return async () => {
    try {
      return await check(scene);
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      const found = `'${thrown.path}' cannot be read: ${thrown.message}`;
      return [
        fail("files", { found, fix: "Run this as the user that runs serve, or give yourself the right to read it" }),
      ];
    }
  };
}

function hasMend(result: Result, needsLock: boolean): boolean {
  return result.findings.some(({ mend }) => mend?.needsLock === needsLock);
}

async function mend(
  result: Result,
  { check, needsLock }: { readonly check: BoundCheck; readonly needsLock: boolean },
): Promise<void> {
  const { fixed, refused } = result;
  for (const { name, mend } of result.findings) {
    if (mend === null || mend.needsLock !== needsLock) continue;
    try {
      const done = await mend.run();
      if (done !== null) fixed.set(name, done);
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      refused.set(name, messageOf(thrown));
    }
  }
  if (fixed.size + refused.size > 0) result.findings = await check();
}

async function takeLock({ world, config, isSupervised }: Scene): Promise<HeldLock | null> {
  if (config === null || isSupervised) return null;
  try {
    return await world.lock.tryAcquire(lockPath(config.runtime.logDir));
  } catch {
    // Where no lock can be taken nothing is mended; the log folder's own row says why.
    return null;
  }
}

function rowsOf({ findings, fixed, refused }: Result): readonly DoctorRow[] {
  const rows = findings.map((finding) => {
    const why = refused.get(finding.name);
    const row = rowOf(finding, fixed.get(finding.name) ?? null);
    return why === undefined || row.fix === null ? row : { ...row, fix: `${row.fix} (--fix could not: ${why})` };
  });
  const shown = new Set(rows.map(({ name }) => name));
  const gone = [...fixed].filter(([name]) => !shown.has(name));
  return [
    ...rows,
    ...gone.map(([name, done]) => ({ name, state: "ok" as const, found: "mended", fix: null, fixed: done })),
  ];
}

function rowOf({ name, state, found, fix }: Finding, fixed: string | null): DoctorRow {
  return { name, state, found, fix, fixed };
}
