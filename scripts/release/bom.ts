// Lists the parts that the program is made of, from the lock file, in the form of CycloneDX.

interface Lock {
  readonly specifiers?: Readonly<Record<string, string>>;
  readonly npm?: Readonly<Record<string, { readonly integrity?: string; readonly dependencies?: readonly string[] }>>;
}

/** Packages that are only needed to test. */
const forTests = ["fast-check", "playwright-core"];

/**
 * @param lock deno.lock, parsed
 * @param options `imports`: what the program asks for, such as `npm:valibot@1.5.0`
 */
export function bomOf(
  lock: Lock,
  { version, imports, runtime }: {
    readonly version: string;
    readonly imports: readonly string[];
    /** Version of the Deno in the binaries. */
    readonly runtime: string;
  },
) {
  const packages = lock.npm ?? {};
  const own = `pkg:generic/agent-runner@${version}`;
  const roots = imports.filter((name) => !forTests.some((test) => name.startsWith(`npm:${test}@`)))
    .map((name) => keyOf(name, lock));
  const reached = reach(roots, packages);
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: {
        "type": "application",
        "bom-ref": own,
        "name": "agent-runner",
        version,
        "purl": own,
        "licenses": [{ license: { id: "Apache-2.0" } }],
      },
    },
    components: [
      runtimeOf(runtime),
      ...reached.map((key) => {
        const { integrity } = packages[key]!;
        return {
          "type": "library",
          "bom-ref": purlOf(key),
          ...nameOf(key),
          "purl": purlOf(key),
          ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
        };
      }),
    ],
    dependencies: [
      { ref: own, dependsOn: [runtimeOf(runtime).purl, ...roots.map(purlOf)] },
      ...reached.map((key) => ({ ref: purlOf(key), dependsOn: inner(key, packages).map(purlOf) })),
    ],
  };
}

function runtimeOf(version: string) {
  const purl = `pkg:github/denoland/deno@v${version}`;
  return { "type": "framework", "bom-ref": purl, "name": "deno", version, purl };
}

/** Its key in the lock's packages: `valibot@1.5.0`. Throws when it is not locked. */
function keyOf(specifier: string, { specifiers = {}, npm = {} }: Lock): string {
  const name = specifier.slice("npm:".length).replace(/@[^@]*$/, "");
  const locked = specifiers[specifier];
  const key = Object.keys(npm).find((candidate) => candidate === `${name}@${locked}`);
  if (key === undefined) throw new Error(`'${specifier}' is not in deno.lock`);
  return key;
}

function reach(roots: readonly string[], packages: NonNullable<Lock["npm"]>): readonly string[] {
  const found = new Set<string>();
  const visit = (key: string) => {
    if (found.has(key)) return;
    found.add(key);
    inner(key, packages).forEach(visit);
  };
  roots.forEach(visit);
  return [...found].sort();
}

function inner(key: string, packages: NonNullable<Lock["npm"]>): readonly string[] {
  return (packages[key]?.dependencies ?? []).map((dependency) => {
    const isKey = packages[dependency] !== undefined;
    const full = isKey ? dependency : Object.keys(packages).find((candidate) => candidate.startsWith(`${dependency}@`));
    if (full === undefined) throw new Error(`'${dependency}' is not in deno.lock`);
    return full;
  });
}

function nameOf(key: string) {
  const { scope, name, version } = /^(?:@(?<scope>[^/]+)\/)?(?<name>[^@]+)@(?<version>[^_]+)/.exec(key)!.groups!;
  return { ...(scope === undefined ? {} : { group: `@${scope}` }), name: name!, version: version! };
}

function purlOf(key: string): string {
  const { group, name, version } = nameOf(key);
  return `pkg:npm/${group === undefined ? "" : `${encodeURIComponent(group)}/`}${name}@${version}`;
}

/** `sha512-<base64>` as CycloneDX writes it. */
function hashOf(integrity: string) {
  const [, kind, body] = /^sha(\d+)-(.+)$/.exec(integrity) ?? [];
  if (kind === undefined || body === undefined) throw new Error(`'${integrity}' is no sum`);
  const hex = [...atob(body)].map((character) => character.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return { alg: `SHA-${kind}`, content: hex };
}
