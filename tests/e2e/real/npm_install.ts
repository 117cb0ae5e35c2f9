// Gets pinned programs from npm, once per machine, and makes sure that the version asked for is the one that came.

/** A package of npm with one executable in it. */
export interface NpmProgram {
  readonly packageName: string;
  /** Exact, so that what is tried today is tried tomorrow. */
  readonly version: string;
  /** Name of the executable. */
  readonly bin: string;
}

/** Node.js for the programs that need one; an older one makes npm choose older builds without a word. */
const node: NpmProgram = { packageName: "node", version: "24.21.0", bin: "node" };

let nodeFolder: Promise<string> | null = null;

/** Where an installed program is, and the `PATH` it is to run with. */
export interface Installed {
  readonly binary: string;
  readonly path: string;
}

/** Installs what is not there yet. @throws when npm cannot, or when another version came. */
export async function install(program: NpmProgram): Promise<Installed> {
  nodeFolder ??= folderWith(node, machinePath());
  const path = `${await nodeFolder}/node_modules/.bin:${machinePath()}`;
  const folder = await folderWith(program, path);
  return { binary: `${folder}/node_modules/.bin/${program.bin}`, path };
}

function machinePath(): string {
  return Deno.env.get("PATH") ?? "/usr/local/bin:/usr/bin:/bin";
}

/** The folder of the cache that holds the program. */
async function folderWith(program: NpmProgram, path: string): Promise<string> {
  const { packageName, version } = program;
  const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/agent-runner-real-agents`;
  const folder = `${cache}/${packageName.split("/").at(-1)}-${version}`;
  if (versionIn(folder, program) === version) return folder;
  Deno.mkdirSync(cache, { recursive: true });
  const fresh = Deno.makeTempDirSync({ dir: cache, prefix: "install-" });
  try {
    await npmInstall(program, { folder: fresh, path });
    const came = versionIn(fresh, program);
    if (came !== version) throw new Error(`npm installed ${packageName} ${came} where ${version} was asked for`);
    putInPlace(fresh, folder);
  } finally {
    if (isThere(fresh)) Deno.removeSync(fresh, { recursive: true });
  }
  return folder;
}

function putInPlace(fresh: string, folder: string): void {
  try {
    Deno.renameSync(fresh, folder);
  } catch (thrown) {
    // Another run was faster; its copy is as good.
    if (!isThere(folder)) throw thrown;
  }
}

async function npmInstall(
  { packageName, version }: NpmProgram,
  { folder, path }: { readonly folder: string; readonly path: string },
): Promise<void> {
  const npm = new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", folder, `${packageName}@${version}`],
    cwd: folder,
    env: { PATH: path, ...elsewhere(folder) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await npm.output();
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(`npm could not install ${packageName} ${version}: ${said}`);
}

/** Some programs begin to settle in while they are installed: not in the home of whoever runs the tests. */
function elsewhere(folder: string): Readonly<Record<string, string>> {
  const names = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "TMPDIR"];
  return Object.fromEntries(names.map((name) => {
    const path = `${folder}/settled/${name.toLowerCase()}`;
    Deno.mkdirSync(path, { recursive: true });
    return [name, path];
  }));
}

/** The version that is installed in `folder`; null when the program is not there. */
function versionIn(folder: string, { packageName, bin }: NpmProgram): string | null {
  const modules = `${folder}/node_modules`;
  if (!isThere(`${modules}/.bin/${bin}`)) return null;
  try {
    const { version } = JSON.parse(Deno.readTextFileSync(`${modules}/${packageName}/package.json`));
    return typeof version === "string" ? version : null;
  } catch {
    return null;
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
