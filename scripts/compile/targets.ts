// Names the machines a binary can be built for, as people and as `deno compile` call them.

/** A machine: short name for file names, and the name that `--target` takes. */
export interface Target {
  readonly name: string;
  readonly triple: string;
}

export const targets: readonly Target[] = [
  { name: "linux-x86_64", triple: "x86_64-unknown-linux-gnu" },
  { name: "linux-aarch64", triple: "aarch64-unknown-linux-gnu" },
  { name: "macos-x86_64", triple: "x86_64-apple-darwin" },
  { name: "macos-aarch64", triple: "aarch64-apple-darwin" },
];

/** The target of the machine this runs on, or null when none fits. */
export function hostTarget(): Target | null {
  return targets.find((target) => target.triple === Deno.build.target) ?? null;
}

/** Targets named by words: none means all, `host` the machine's own. Throws for an unknown name. */
export function chooseTargets(words: readonly string[]): readonly Target[] {
  if (words.length === 0) return targets;
  return words.map((word) => {
    const found = word === "host" ? hostTarget() : targets.find(({ name, triple }) => word === name || word === triple);
    if (found) return found;
    throw new Error(`no target is named '${word}'; known: host, ${targets.map(({ name }) => name).join(", ")}`);
  });
}
