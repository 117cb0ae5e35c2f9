// Everything that may be done to a project in one step, drawn by weight; each does its own waiting.
import type { Random } from "./random.ts";
import { diskActions } from "./actions_disk.ts";
import { killActions } from "./actions_kill.ts";
import { requestActions } from "./actions_request.ts";
import type { WorldKind } from "./furnish.ts";
import type { World } from "./world.ts";

export interface Action {
  /** The fault by which it is counted; its details may name it more closely. */
  readonly name: string;
  readonly weight: number;
  /** Only in worlds of these kinds; absent: in all. */
  readonly only?: readonly WorldKind[];
  /** Draws everything it needs before it waits for anything: what follows must not depend on time. */
  readonly act: (world: World, random: Random) => Promise<Readonly<Record<string, unknown>>>;
}

export const actions: readonly Action[] = [...killActions, ...requestActions, ...diskActions];

/** The action of a step. */
export function drawAction(kind: WorldKind, random: Random): Action {
  return random.weigh(actions.filter(({ only }) => only === undefined || only.includes(kind)));
}
