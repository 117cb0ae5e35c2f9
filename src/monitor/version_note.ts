// Tells which of two agent-runners is the older one.

/** A sentence on two different versions; null when they are the same. */
export function versionNote(
  host: string,
  { there, here }: { readonly there: string; readonly here: string },
): string | null {
  if (there === here) return null;
  const [far, near] = [numbersOf(there), numbersOf(here)];
  const at = far.findIndex((number, i) => number !== near[i]);
  if (far.length === 0 || at < 0) return `'${host}' has agent-runner ${there}, this is ${here}`;
  const which = far[at]! < (near[at] ?? 0) ? "an older" : "a newer";
  return `'${host}' has ${which} agent-runner: ${there}, this is ${here}`;
}

function numbersOf(version: string): readonly number[] {
  return /^\d+(?:\.\d+)*/.exec(version)?.[0].split(".").map(Number) ?? [];
}
