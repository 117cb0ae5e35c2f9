// Makes a release: binaries with their sums, a signature, a list of parts and notes: `deno task release --key FILE [--out DIR] [TARGET ...]`.
import { isVersion, releaseFiles } from "../src/core/release.ts";
import { releaseKeys } from "../src/service/release_key.ts";
import { chooseTargets, targets } from "./compile/targets.ts";
import { bomOf } from "./release/bom.ts";
import { notesOf } from "./release/notes.ts";
import { newKey, readKey, signatureOf } from "./release/sign.ts";
import { complain, say } from "./say.ts";
import { runProgram } from "./toolchain.ts";
import { readText, root } from "./tree.ts";

interface Options {
  readonly key: string | null;
  readonly newKey: string | null;
  readonly out: string;
  readonly isTrial: boolean;
  readonly words: readonly string[];
}

const usage = "deno task release --key FILE [--out DIR] [--trial] [TARGET ...] | deno task release --new-key FILE";

/** Words of the command line; throws for what is not understood. */
export function parseOptions(words: readonly string[]): Options {
  const options = { key: null as string | null, newKey: null as string | null, out: "dist/release", isTrial: false };
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const value = () => {
      const next = words[++i];
      if (next === undefined || next === "") throw new Error(`'${word}' lacks its value; ${usage}`);
      return next;
    };
    if (word === "--key") options.key = value();
    else if (word === "--new-key") options.newKey = value();
    else if (word === "--out") options.out = value();
    else if (word === "--trial") options.isTrial = true;
    else if (word.startsWith("-")) throw new Error(`there is no flag '${word}'; ${usage}`);
    else rest.push(word);
  }
  if (options.key === null && options.newKey === null) throw new Error(`no key is named; ${usage}`);
  return { ...options, words: rest };
}

async function sumOf(path: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Compiles what can be compiled here. @returns names of the binaries in dist/ */
async function compile(words: readonly string[]): Promise<readonly string[]> {
  const names = chooseTargets(words).map(({ name }) => name);
  const argv = [Deno.execPath(), "run", "-A", `${root}/scripts/compile.ts`, ...names];
  const { stdout, stderr } = await runProgram(argv, { limitSeconds: 900 });
  for (const line of `${stdout}${stderr}`.trim().split("\n")) say(line);
  return names.map((name) => `agent-runner-${name}`).filter((name) => isFile(`${root}/dist/${name}`));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Writes everything that belongs to a release of these binaries into a folder. */
export async function writeRelease(
  { binaries, version, out, key, runtime }: {
    /** Paths of files that are named as a release names them. */
    readonly binaries: readonly string[];
    readonly version: string;
    readonly out: string;
    readonly key: CryptoKey;
    /** Version of the Deno in the binaries. */
    readonly runtime: string;
  },
): Promise<readonly string[]> {
  await Deno.mkdir(out, { recursive: true });
  const names: string[] = [];
  for (const path of binaries) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    await Deno.copyFile(path, `${out}/${name}`);
    names.push(name);
  }
  const lock = JSON.parse(readText("deno.lock") ?? "{}");
  const texts: Readonly<Record<string, string>> = {
    [releaseFiles.version]: `${version}\n`,
    "NOTES.md": notesOf(readText("CHANGELOG.md") ?? "", version),
    "sbom.cdx.json": `${JSON.stringify(bomOf(lock, { version, imports: importsOf(), runtime }), null, 2)}\n`,
    "install.sh": readText("scripts/install.sh") ?? "",
  };
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(`${out}/${name}`, text);
    names.push(name);
  }
  const sums = (await Promise.all(names.map(async (name) => `${await sumOf(`${out}/${name}`)}  ${name}\n`))).join("");
  await Deno.writeTextFile(`${out}/${releaseFiles.sums}`, sums);
  // Last: a folder without it is no release yet.
  await Deno.writeFile(`${out}/${releaseFiles.signature}`, await signatureOf(sums, key));
  return [...names, releaseFiles.sums, releaseFiles.signature];
}

/** Of the compiler, whose runtime part goes into the binaries. Throws when it does not tell. */
async function runtimeVersion(): Promise<string> {
  const { stdout } = await runProgram([Deno.env.get("DENO_COMPILER") || Deno.execPath(), "--version"]);
  const version = /^deno (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error("the compiler does not tell its version");
  return version;
}

function importsOf(): readonly string[] {
  return Object.values(JSON.parse(readText("deno.json") ?? "{}").imports ?? {}).map(String);
}

async function main(words: readonly string[]): Promise<number> {
  const options = parseOptions(words);
  if (options.newKey !== null) {
    say(`public key: ${await newKey(options.newKey)} (for src/service/release_key.ts and scripts/install.sh)`);
    say(`private key: ${options.newKey}; keep it out of every repository`);
    return 0;
  }
  const { version } = JSON.parse(readText("deno.json") ?? "{}");
  if (!isVersion(version)) throw new Error(`'${version}' in deno.json is no version`);
  const { key, publicKey } = await readKey(options.key!);
  if (!releaseKeys.includes(publicKey) && !options.isTrial) {
    throw new Error(`no installed program trusts this key (${publicKey}); --trial makes a release all the same`);
  }
  const built = await compile(options.words);
  const missing = targets.map(({ name }) => name).filter((name) => !built.includes(`agent-runner-${name}`));
  if (missing.length > 0) say(`not built: ${missing.join(", ")}`);
  if (built.length === 0) throw new Error("no binary could be built here");
  const out = options.out.startsWith("/") ? options.out : `${root}/${options.out}`;
  const binaries = built.map((name) => `${root}/dist/${name}`);
  const files = await writeRelease({ binaries, version, out, key, runtime: await runtimeVersion() });
  say(`release ${version} in ${out}: ${files.join(", ")}`);
  return 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (thrown) {
    complain(`release: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    Deno.exit(1);
  }
}
