// Runs the program under the Deno of another kind of machine, aarch64, in the emulator's user mode.
import { bundleInto } from "../../scripts/compile/bundle.ts";
import { runFlags } from "../../scripts/permissions.ts";
import { shellQuote } from "./crash_stops.ts";
import { fromFileUrl } from "./paths.ts";
import { exists } from "./project.ts";

/** The newest build of Deno for this machine on npm; the project's own version need not be there. */
const denoPackage = "@deno/linux-arm64-glibc@2.9.5";
const sysroot = "/usr/aarch64-linux-gnu";
const source = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** A throw-away folder with one script per way to run the program; `using` removes it. */
export interface Emulation extends AsyncDisposable {
  /** Runs the bundle. */
  readonly bundle: string;
  /** Runs the hundreds of modules as they are in the repository. */
  readonly source: string;
  /** What the emulated Deno says it was built for. */
  readonly target: string;
}

function outputOf(file: string, args: readonly string[], cwd?: string): string {
  const { success, stdout, stderr } = new Deno.Command(file, { args: [...args], ...(cwd ? { cwd } : {}) }).outputSync();
  if (!success) throw new Error(`${file} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** The emulator; fails with what to install where a part is missing. */
function emulator(): readonly string[] {
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", "command -v qemu-aarch64-static || command -v qemu-aarch64"],
  }).outputSync();
  const qemu = new TextDecoder().decode(stdout).trim();
  if (qemu !== "" && exists(`${sysroot}/lib/ld-linux-aarch64.so.1`) && exists(`${sysroot}/lib/libgcc_s.so.1`)) {
    return [qemu, "-L", sysroot];
  }
  throw new Error("no emulator: apt-get install qemu-user-static libc6-arm64-cross libgcc-s1-arm64-cross");
}

/** Deno for aarch64 from npm, kept between runs. */
async function fetchDeno(): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  const kept = `${cache}/agent-runner-emulated/${denoPackage.split("@").at(-1)}/deno`;
  if (exists(kept)) return kept;
  const folder = await Deno.makeTempDir({ prefix: "agent-runner-emulated-" });
  try {
    const archive = outputOf("npm", ["pack", "--silent", denoPackage], folder).split("\n").at(-1)!;
    outputOf("tar", ["xzf", archive, "package/deno"], folder);
    const parent = kept.slice(0, kept.lastIndexOf("/"));
    await Deno.mkdir(parent, { recursive: true });
    // Another file system may hold the cache, and another run may read it: a file with its name is whole.
    await Deno.copyFile(`${folder}/package/deno`, `${parent}/deno.${Deno.pid}`);
    await Deno.rename(`${parent}/deno.${Deno.pid}`, kept);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return kept;
}

/** Prepares the emulation; fails with what is missing. */
export async function emulate(): Promise<Emulation> {
  const deno = [...emulator(), await fetchDeno()];
  const folder = await Deno.makeTempDir({ prefix: "agent-runner-emulated-" });
  const made = Deno.env.get("AGENT_RUNNER_BUNDLE");
  if (!made) await bundleInto(`${folder}/files`);
  const bundleFolder = made ?? `${folder}/files`;
  const own = ["env", `DENO_DIR=${folder}/deno-dir`, "DENO_NO_UPDATE_CHECK=1"];
  const write = async (name: string, words: readonly string[]) => {
    const path = `${folder}/${name}`;
    await Deno.writeTextFile(path, `#!/bin/sh\nexec ${words.map(shellQuote).join(" ")} "$@"\n`, { mode: 0o755 });
    return path;
  };
  const flags = ["run", "--quiet", "--cached-only", ...runFlags()];
  return {
    bundle: await write("bundle", [...own, ...deno, ...flags, "--no-config", "--no-lock", `${bundleFolder}/main.js`]),
    // The packages are those of the real cache; what the other Deno compiled there stays.
    source: await write("source", [...deno, ...flags, "--no-code-cache", source]),
    target: outputOf(deno[0]!, [...deno.slice(1), "eval", "console.log(Deno.build.target)"]),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
