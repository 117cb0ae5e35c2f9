// Puts services in place step by step; when a step fails, the ones before it are undone, so that nothing is half done.
import { messageOf } from "../core/errors.ts";
import type { Files } from "../ports/files.ts";
import { dirName } from "../core/path.ts";
import type { Asked, Keeper } from "./keeper.ts";

/** One step and its way back. */
export interface Step {
  /** For people, as in "cannot ...". */
  readonly what: string;
  run(): Promise<Asked>;
  /** Absent: there is nothing to undo. */
  undo?(): Promise<Asked>;
}

/** A service as it is to be written down. */
export interface WrittenService {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** What failed, and what of it could not be undone. */
export interface StepFault {
  readonly what: string;
  readonly reason: string;
  readonly left: readonly string[];
}

/** @returns null when all of it is done. Never throws. */
export async function takeSteps(steps: readonly Step[]): Promise<StepFault | null> {
  const taken: Step[] = [];
  for (const step of steps) {
    const asked = await quietly(() => step.run());
    taken.push(step);
    if (asked.kind === "done") continue;
    const left: string[] = [];
    for (const before of taken.toReversed()) {
      const undone = await quietly(async () => await before.undo?.() ?? { kind: "done" });
      if (undone.kind === "failed") left.push(`${before.what}: ${undone.reason}`);
    }
    return { what: step.what, reason: asked.reason, left };
  }
  return null;
}

async function quietly(act: () => Promise<Asked>): Promise<Asked> {
  try {
    return await act();
  } catch (thrown) {
    return { kind: "failed", reason: messageOf(thrown) };
  }
}

/** From the folder to a running service. A service that is there already is written anew, and comes back when that fails. */
export function installSteps(
  services: readonly WrittenService[],
  { keeper, files, isStarted }: { readonly keeper: Keeper; readonly files: Files; readonly isStarted: boolean },
): Step[] {
  const before = new Map(services.map(({ path }) => [path, files.readText(path)]));
  const isNew = ({ path }: WrittenService) => before.get(path) === null;
  const done = (act: () => void): Promise<Asked> => {
    act();
    return Promise.resolve({ kind: "done" });
  };
  return [
    // Undone last: the manager forgets what is gone by then.
    { what: "have the service manager forget", run: () => done(() => {}), undo: () => keeper.reload() },
    folderStep(keeper.folder, files),
    ...services.map((service): Step => ({
      what: `write '${service.path}'`,
      run: () =>
        done(() => {
          files.writeAtomic(service.path, service.text, { isDurable: true });
          files.chmod(service.path, keeper.fileMode);
        }),
      undo: () =>
        done(() => {
          const text = before.get(service.path) ?? null;
          if (text === null) return void files.remove(service.path);
          if (files.readText(service.path) === text) return;
          files.writeAtomic(service.path, text);
          files.chmod(service.path, keeper.fileMode);
        }),
    })),
    { what: "have the service manager read it", run: () => keeper.reload() },
    ...services.flatMap((service): Step[] => [
      {
        what: `enable '${service.name}'`,
        run: () => keeper.enable(service.name),
        ...(isNew(service) ? { undo: () => keeper.disable(service.name) } : {}),
      },
      ...(isStarted
        ? [{
          what: `start '${service.name}'`,
          run: () => keeper.start(service.name),
          ...(isNew(service) ? { undo: () => keeper.stop(service.name) } : {}),
        }]
        : []),
    ]),
  ];
}

/** Makes the folder, and takes away again what of its path was not there. */
function folderStep(folder: string, files: Files): Step {
  const missing: string[] = [];
  for (let path = folder; files.stat(path) === null && path !== "/"; path = dirName(path)) missing.push(path);
  return {
    what: `make the folder '${folder}'`,
    run() {
      files.makeDir(folder);
      return Promise.resolve({ kind: "done" });
    },
    undo() {
      for (const path of missing) {
        if (files.stat(path) !== null && files.list(path).length === 0) files.remove(path, { isRecursive: true });
      }
      return Promise.resolve({ kind: "done" });
    },
  };
}

/** Takes services away; what cannot be done is told at the end, and all else is done. */
export async function removeServices(
  services: readonly Omit<WrittenService, "text">[],
  { keeper, files }: { readonly keeper: Keeper; readonly files: Files },
): Promise<readonly string[]> {
  const faults: string[] = [];
  const step = async (what: string, act: () => Promise<Asked>) => {
    const asked = await quietly(act);
    if (asked.kind === "failed") faults.push(`cannot ${what}: ${asked.reason}`);
  };
  for (const { name, path } of services) {
    await step(`stop '${name}'`, () => keeper.stop(name));
    await step(`disable '${name}'`, () => keeper.disable(name));
    await step(`remove '${path}'`, () => {
      files.remove(path);
      return Promise.resolve({ kind: "done" });
    });
  }
  await step("have the service manager forget", () => keeper.reload());
  return faults;
}
