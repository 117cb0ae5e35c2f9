// Reads the import graph of a program from `deno info --json`, for the rules about floors and packages.
import { runDeno } from "../../scripts/toolchain.ts";
import { root } from "../../scripts/tree.ts";

/** One import statement; both paths relative to the root of the tree that was looked at. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** What a program is made of. */
export interface Graph {
  readonly files: readonly string[];
  readonly edges: readonly Edge[];
  /** Specifiers of `node:` modules and the like that stand in the files. */
  readonly nodeModules: readonly string[];
  readonly packages: readonly { readonly name: string; readonly localPath: string }[];
  readonly errors: readonly string[];
}

interface Dependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string; readonly error?: string };
  readonly type?: { readonly specifier?: string; readonly error?: string };
}

interface PackageInfo {
  readonly name: string;
  readonly localPath: string;
  readonly dependencies: readonly string[];
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly kind?: string;
    readonly npmPackage?: string;
    readonly error?: string;
    readonly dependencies?: readonly Dependency[];
  }[];
  readonly npmPackages?: Readonly<Record<string, PackageInfo>>;
}

/** The graph below `entry`; type imports and dynamic imports count. @param entry relative to `base`. */
export async function readGraph(entry: string, base: string = root): Promise<Graph> {
  const { code, stdout, stderr } = await runDeno(["info", "--json", entry], { cwd: base });
  if (code !== 0) throw new Error(`deno info failed for '${entry}': ${stderr}`);
  return toGraph(JSON.parse(stdout), `file://${base}/`);
}

function toGraph(info: Info, prefix: string): Graph {
  const relative = (specifier: string) => specifier.startsWith(prefix) ? specifier.slice(prefix.length) : specifier;
  const files: string[] = [];
  const edges: Edge[] = [];
  const errors: string[] = [];
  const nodeModules = new Set<string>();
  for (const module of info.modules) {
    if (module.error !== undefined) errors.push(`${relative(module.specifier)}: ${module.error}`);
    if (module.specifier.startsWith("node:") || module.kind === "node") nodeModules.add(module.specifier);
    if (!module.specifier.startsWith("file:")) continue;
    const from = relative(module.specifier);
    files.push(from);
    for (const dependency of module.dependencies ?? []) {
      if (dependency.specifier.startsWith("node:")) nodeModules.add(dependency.specifier);
      for (const side of [dependency.code, dependency.type]) {
        if (side?.specifier?.startsWith("file:")) edges.push({ from, to: relative(side.specifier) });
      }
    }
  }
  return { files, edges, nodeModules: [...nodeModules], packages: reachedPackages(info), errors };
}

/** The packages that modules import, and those that these depend on; the list as given holds all of the lock file. */
function reachedPackages(info: Info): readonly PackageInfo[] {
  const waiting = info.modules.flatMap((module) => module.npmPackage ?? []);
  const reached = new Map<string, PackageInfo>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const found = info.npmPackages?.[name];
    if (found === undefined || reached.has(name)) continue;
    reached.set(name, found);
    waiting.push(...found.dependencies);
  }
  return [...reached.values()];
}
