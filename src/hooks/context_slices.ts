// Puts what hooks tell the agent into the context of the round, never over what the program itself tells.
import { coreContextKeys } from "../core/hook.ts";

/** What hooks tell the agent, by their names. */
export type Slices = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The context with the slices at its end; a key that is there already stays as it is. */
export function withSlices(context: Readonly<Record<string, unknown>>, slices: Slices): Record<string, unknown> {
  const added = Object.entries(slices).filter(([name]) =>
    !Object.hasOwn(context, name) && !coreContextKeys.includes(name)
  );
  return { ...context, ...Object.fromEntries(added) };
}
