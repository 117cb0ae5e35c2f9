// One hash over the files a project names as its substrate, so that a change in them between rounds is seen.
import { joinPath } from "../core/path.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import { walkGlobs } from "./glob_walk.ts";
import { parseGlob } from "./glob.ts";

/** Bounds of one fingerprint. */
export interface FingerprintLimits {
  readonly maxFiles: number;
  /** A larger file counts by its size and time of change. */
  readonly maxFileBytes: number;
  /** Files beyond this sum count by size and time of change. */
  readonly maxTotalBytes: number;
  /** Names looked at while matching. */
  readonly maxVisited: number;
  /** When it is over there is no hash: half of one would change from round to round. */
  readonly budgetMs: number;
}

export const defaultFingerprintLimits: FingerprintLimits = {
  maxFiles: 5_000,
  maxFileBytes: 8 * 1024 * 1024,
  maxTotalBytes: 64 * 1024 * 1024,
  maxVisited: 100_000,
  budgetMs: 3_000,
};

export interface Fingerprint {
  /** Lowercase hex SHA-256, or null when nothing matched or time ran out. */
  readonly hash: string | null;
  readonly fileCount: number;
  /** Which limit left something out; null when nothing was. */
  readonly cutBy: "files" | "visited" | "time" | null;
  /** Patterns that cannot be used, with the reason. */
  readonly ignoredPatterns: readonly { readonly pattern: string; readonly reason: string }[];
}

/**
 * Hash over `<relative path>\n<sha256 of content>\n` of every regular file below `workDir` that matches a pattern,
 * each real file once, sorted by path. Unreadable files are skipped. Never throws.
 */
export async function pathsHash(options: {
  readonly files: Files;
  readonly clock: Clock;
  readonly workDir: string;
  readonly patterns: readonly string[];
  /** Absolute folders that never count, such as the log folder. */
  readonly excludedFolders?: readonly string[];
  readonly limits?: Partial<FingerprintLimits>;
}): Promise<Fingerprint> {
  const { files, clock, workDir } = options;
  const limits = { ...defaultFingerprintLimits, ...options.limits };
  const deadline = clock.monotonic() + limits.budgetMs;
  const isLate = () => clock.monotonic() > deadline;
  const globs = options.patterns.map((pattern) => ({ pattern, glob: parseGlob(pattern) }));
  const ignoredPatterns = globs.flatMap(({ pattern, glob }) =>
    glob.kind === "unusable" ? [{ pattern, reason: glob.reason }] : []
  );
  const walked = walkGlobs(globs.flatMap(({ glob }) => glob.kind === "glob" ? [glob.segments] : []), {
    files,
    workDir,
    excludedFolders: options.excludedFolders ?? [],
    maxVisited: limits.maxVisited,
    isLate,
  });
  const paths = onePerFile(files, workDir, walked.paths);
  const kept = paths.slice(0, limits.maxFiles);
  let text = "";
  let fileCount = 0;
  let bytesLeft = limits.maxTotalBytes;
  for (const path of kept) {
    if (walked.cutBy === "time" || isLate()) return { hash: null, fileCount, cutBy: "time", ignoredPatterns };
    const content = await contentHash(files, joinPath(workDir, path), Math.min(limits.maxFileBytes, bytesLeft));
    if (content === null) continue;
    bytesLeft -= content.bytesRead;
    text += `${path}\n${content.hash}\n`;
    fileCount++;
  }
  const cutBy = walked.cutBy ?? (paths.length > kept.length ? "files" : null);
  const hash = fileCount === 0 || cutBy === "time" ? null : await sha256(new TextEncoder().encode(text));
  return { hash, fileCount, cutBy, ignoredPatterns };
}

function onePerFile(files: Files, workDir: string, paths: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return paths.filter((path) => {
    const real = quietly(() => files.realPath(joinPath(workDir, path)));
    if (real === null || seen.has(real)) return false;
    seen.add(real);
    return true;
  });
}

async function contentHash(
  files: Files,
  path: string,
  maxBytes: number,
): Promise<{ readonly hash: string; readonly bytesRead: number } | null> {
  const info = quietly(() => files.stat(path));
  if (!info?.isFile) return null;
  if (info.size > maxBytes) {
    const marker = `large ${info.size} ${Math.floor(info.modifiedAt)}`;
    return { hash: await sha256(new TextEncoder().encode(marker)), bytesRead: 0 };
  }
  const bytes = quietly(() => files.readBytes(path, { offset: 0, length: info.size }));
  return bytes === null ? null : { hash: await sha256(bytes), bytesRead: bytes.length };
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
