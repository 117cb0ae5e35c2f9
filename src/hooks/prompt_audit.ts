// Notices which files of the prompt a hook changed, by their hashes.
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";

/** What is beyond is not hashed: no prompt is that long. */
const mostBytes = 64 * 1024 * 1024;

/** A file whose content is another one now; hashes are `sha256:` and hex, without the hex where nothing can be read. */
export interface FileChange {
  readonly path: string;
  readonly oldHash: string;
  readonly newHash: string;
}

/** The prompt's files as they were at the last look. */
export class PromptAudit {
  readonly #files: Files;
  readonly #hashes = new Map<string, string>();

  private constructor(files: Files) {
    this.#files = files;
  }

  /** Takes the first look. @param paths absolute, in order; one that stands twice counts once */
  static async open(paths: readonly string[], files: Files): Promise<PromptAudit> {
    const audit = new PromptAudit(files);
    for (const path of paths) audit.#hashes.set(path, await hashOf(path, files));
    return audit;
  }

  /** What changed since the last look, in the order of the files. */
  async changes(): Promise<readonly FileChange[]> {
    const changes: FileChange[] = [];
    for (const [path, oldHash] of this.#hashes) {
      const newHash = await hashOf(path, this.#files);
      if (newHash === oldHash) continue;
      this.#hashes.set(path, newHash);
      changes.push({ path, oldHash, newHash });
    }
    return changes;
  }
}

async function hashOf(path: string, files: Files): Promise<string> {
  const bytes = read(path, files);
  if (bytes === null) return "sha256:";
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return `sha256:${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function read(path: string, files: Files): Uint8Array | null {
  try {
    return files.readBytes(path, { offset: 0, length: mostBytes });
  } catch (thrown) {
    if (thrown instanceof FileFault) return null;
    throw thrown;
  }
}
