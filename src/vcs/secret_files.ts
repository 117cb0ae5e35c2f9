// Finds, among files that are about to be committed, those that look like secrets, by their names and what is in them.
import { joinPath } from "../core/path.ts";
import { FileFault } from "../ports/files.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Git } from "./git.ts";
import type { DirtyFile } from "./porcelain.ts";
import { holdsLogin, isPublicOnly, secretsIn } from "./secret_contents.ts";
import { judgeName } from "./secret_names.ts";

/** A file that stays out of the commit. */
export interface SecretFile {
  readonly file: DirtyFile;
  /** One phrase; never the secret. */
  readonly why: string;
}

export interface SecretSearch {
  readonly git: Git;
  readonly files: Files;
  readonly clock: Clock;
}

/** Only the beginning of a file is looked at. */
const bytesRead = 64 * 1024;
/** Git's own rule: a NUL this early makes a file binary. */
const binaryWithin = 8_000;
/** For all files together, in milliseconds. */
const timeLimitMs = 60_000;
const filesAtOnce = 50;

const holdsSecret = "there is a secret in it";

/** The files that look like secrets; or, when that took too long, how many files there are. Never throws. */
export async function secretFiles(
  changed: readonly DirtyFile[],
  search: SecretSearch,
): Promise<readonly SecretFile[] | { readonly tooMany: number }> {
  const { clock } = search;
  const deadline = clock.monotonic() + timeLimitMs;
  const found: SecretFile[] = [];
  for (const [i, file] of changed.entries()) {
    if (clock.monotonic() > deadline) return { tooMany: changed.length };
    // Others want to run too while thousands of files are read.
    if (i % filesAtOnce === filesAtOnce - 1) await clock.sleep(0);
    const why = await suspicion(file, search);
    if (why !== null) found.push({ file, why });
  }
  return found;
}

async function suspicion(file: DirtyFile, search: SecretSearch): Promise<string | null> {
  const verdict = judgeName(file.path);
  // A file whose name is in a commit already was committed on purpose.
  const name = isNew(file) ? verdict : { kind: "unknown" as const };
  switch (name.kind) {
    case "secret":
      return name.why;
    case "open":
      return null;
    case "key": {
      const text = textOf(file, search);
      return text !== null && isPublicOnly(text) ? null : name.why;
    }
    case "settings": {
      const text = textOf(file, search);
      if (text !== null && holdsLogin(text)) return "there is a login in it";
      return text !== null && secretsIn(text).length > 0 ? holdsSecret : null;
    }
    case "unknown": {
      if (verdict.kind === "open") return null;
      const text = textOf(file, search);
      const secrets = text === null ? [] : secretsIn(text);
      if (secrets.length === 0) return null;
      return isNew(file) || await holdsMore(secrets, file, search) ? holdsSecret : null;
    }
    default:
      return name satisfies never;
  }
}

/** HEAD has no file of this content under this or an earlier name. */
function isNew(file: DirtyFile): boolean {
  return file.change === "untracked" || (file.change === "changed" && file.letters.includes("A"));
}

/** Whether a secret is in the file that HEAD's version does not hold. What git cannot show is taken for new. */
async function holdsMore(secrets: readonly string[], file: DirtyFile, { git }: SecretSearch): Promise<boolean> {
  const path = file.oldPath ?? file.path;
  const shown = await git.call(["cat-file", "blob", `HEAD:./${path}`], { maxOutputBytes: 16 * bytesRead });
  if (shown.kind !== "ok") return true;
  const before = new TextDecoder().decode(shown.stdout);
  return secrets.some((secret) => !before.includes(secret));
}

/** The beginning of a file as text; null for what is no file, is binary, or cannot be read by its name. */
function textOf({ path, rawPath, letters }: DirtyFile, { git, files }: SecretSearch): string | null {
  if (rawPath !== null || letters[1] === "D" || letters === "D.") return null;
  const whole = joinPath(git.workDir, path);
  try {
    // Opening a pipe would wait for somebody to write to it, and a link is committed as its target's name.
    if (files.lstat(whole)?.isFile !== true) return null;
    const bytes = files.readBytes(whole, { offset: 0, length: bytesRead });
    if (bytes === null || bytes.subarray(0, binaryWithin).includes(0)) return null;
    return new TextDecoder().decode(bytes);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    // Git will not be able to read it either, and says so.
    return null;
  }
}
