// One generated file before it is compared with, or written to, the disk.
import { readText, root } from "../tree.ts";
import { runDeno } from "../toolchain.ts";

/** A generated file: path relative to the root and its whole text. */
export interface Output {
  readonly path: string;
  readonly text: string;
}

/** Text as `deno fmt` would leave it, so that fmt and gen never disagree. Throws when it cannot be parsed. */
export async function formatted(path: string, text: string): Promise<string> {
  const extension = path.slice(path.lastIndexOf(".") + 1);
  // These are written as they are meant to be read: the formatter does not know them.
  if (["toml", "service", "plist", "1"].includes(extension) || path.includes(".min.")) return text;
  const { code, stdout, stderr } = await runDeno(["fmt", "--ext", extension, "-"], { stdin: text });
  if (code !== 0) throw new Error(`cannot format '${path}': ${stderr.trim()}`);
  return stdout;
}

/** Whether the disk holds something else than the output. */
export function isStale(output: Output): boolean {
  return readText(output.path) !== output.text;
}

/** Writes an output in one step, so that no reader finds half of it. */
export function writeOutput(output: Output): void {
  const path = `${root}/${output.path}`;
  Deno.writeTextFileSync(`${path}.tmp`, output.text);
  Deno.renameSync(`${path}.tmp`, path);
}
