// Builds the binaries into dist/, with their version and sums: `deno task compile [host | TARGET ...]`.
import { bundleInto, embeddedFolders, spellFailure } from "./compile/bundle.ts";
import { chooseTargets } from "./compile/targets.ts";
import type { Target } from "./compile/targets.ts";
import { toolsetFor } from "./compile/toolset.ts";
import { runFlags } from "./permissions.ts";
import { complain, say } from "./say.ts";
import { runProgram } from "./toolchain.ts";
import { readText, root } from "./tree.ts";

/** Where the program is put together before it is compiled; it runs from there, too: `deno run dist/bundle/main.js`. */
const bundleFolder = "dist/bundle";

/**
 * The engine lets the part of its heap for new objects grow to sixteen times its first size over some hundred rounds and
 * never gives it back. A supervisor that works for days on a small board has better use for that memory.
 */
const engineFlags = "--v8-flags=--max-semi-space-size=1";

/** A binary is the runtime part and a payload; one with more than this holds something that does not belong in it. */
const payloadLimitBytes = 8 * 1024 * 1024;

/** Arguments of `deno compile` for one target. */
export function compileArgs(
  target: Target,
  output: string,
): readonly string[] {
  return [
    "compile",
    "--no-check",
    // The cache would be a file of a known name in the shared folder for temporary files, trusted at the next start.
    "--no-code-cache",
    // The bundle holds all it needs: no configuration, lock or package may be embedded beside it.
    "--no-config",
    "--no-lock",
    "--no-npm",
    engineFlags,
    // A datagram to the service manager costs a process where the runtime has no sockets for it.
    "--unstable-net",
    ...runFlags(),
    ...embeddedFolders().flatMap((folder) => ["--include", `${bundleFolder}/${folder}`]),
    "--target",
    target.triple,
    "--output",
    output,
    `${bundleFolder}/main.js`,
  ];
}

/** Builds one target. @returns the file's name in dist/, or null after saying why there is none. */
async function build(target: Target): Promise<string | null> {
  const name = `agent-runner-${target.name}`;
  const { compiler, runtime } = toolsetFor(target, { env: Deno.env.toObject() });
  const setting = runtime === null ? ["-u", "DENORT_BIN"] : [`DENORT_BIN=${runtime}`];
  const argv = ["env", ...setting, compiler, ...compileArgs(target, `dist/${name}`)];
  const outcome = await runProgram(argv, { limitSeconds: 180 });
  if (outcome.code !== 0) {
    complain(`compile: no binary for ${target.name}: it could not be built here`);
    complain(`  why: ${spellFailure(outcome.stderr)}`);
    return null;
  }
  const { size } = Deno.statSync(`${root}/dist/${name}`);
  const payload = runtime === null ? null : size - Deno.statSync(runtime).size;
  if (payload !== null && payload > payloadLimitBytes) {
    throw new Error(`'dist/${name}' embeds ${megabytes(payload)}: is there a node_modules folder above the project?`);
  }
  const own = payload === null ? "" : `, ${megabytes(payload)} of it the program`;
  say(`built dist/${name}: ${megabytes(size)}${own} (${outcome.seconds.toFixed(1)} s)`);
  return name;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** SHA-256 of a file in lower-case hex. */
async function sumOf(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function main(words: readonly string[]): Promise<number> {
  const chosen = chooseTargets(words);
  const { version } = JSON.parse(readText("deno.json") ?? "{}");
  await Deno.remove(`${root}/dist`, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${root}/dist`, { recursive: true });
  await bundleInto(bundleFolder);
  const built: string[] = [];
  for (const target of chosen) {
    const name = await build(target);
    if (name !== null) built.push(name);
  }
  if (built.length === 0) return 1;
  await Deno.writeTextFile(`${root}/dist/VERSION`, `${version}\n`);
  const sums = await Promise.all(built.map(async (name) => `${await sumOf(`${root}/dist/${name}`)}  ${name}\n`));
  await Deno.writeTextFile(`${root}/dist/SHA256SUMS`, sums.join(""));
  say(`version ${version}; sums in dist/SHA256SUMS`);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (thrown) {
    complain(`compile: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    Deno.exit(1);
  }
}
