// Downloads a binary into a file beside the one it is to replace: bounded, continued where it broke off, and checked.
import { OperatorError } from "../core/errors.ts";
import { Sha256 } from "../core/sha256.ts";
import { spellBytes, visible } from "../core/text.ts";
import type { Binaries } from "../ports/binaries.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { Host } from "../ports/host.ts";
import { WebFault } from "../ports/web.ts";
import type { WebAnswer } from "../ports/web.ts";
import type { Release } from "./release_find.ts";

/** Larger than any binary will be. */
const mostBytes = 512 * 1024 * 1024;
const attempts = 5;
const firstPauseMs = 1000;
const longestMs = 60 * 60 * 1000;
/** Left free on the disk of the binary. */
const reserveBytes = 1024 * 1024;
const chunkBytes = 256 * 1024;

export interface FetchParts {
  readonly files: Files;
  readonly binaries: Binaries;
  readonly clock: Clock;
  readonly host: Pick<Host, "disk">;
  /** Told after each piece. @param totalBytes null when the server does not tell */
  readonly onProgress: (gotBytes: number, totalBytes: number | null) => void;
}

/** What is there, and the sum of it so far. */
interface Part {
  readonly path: string;
  bytes: number;
  hash: Sha256;
}

type Found = WebAnswer & { readonly kind: "found" };

/**
 * Leaves the binary of a release in the file at `path`. Throws `OperatorError`; then the file is kept only where the next
 * call can go on with it.
 */
export async function fetchBinary(release: Release, path: string, parts: FetchParts): Promise<void> {
  const begunAt = parts.clock.monotonic();
  const part = openPart(path, parts.files);
  let hadOld = part.bytes > 0;
  let reason = "";
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await parts.clock.sleep(firstPauseMs * 2 ** (attempt - 2));
    const answer = await release.source.open(release.file, part.bytes);
    if (answer.kind === "failed") {
      reason = answer.reason;
      if (answer.mayPass) continue;
      break;
    }
    if (answer.kind === "found") {
      const fault = await take(answer, part, { ...parts, until: begunAt + longestMs });
      if (fault !== null) {
        reason = fault;
        continue;
      }
    } else if (part.bytes === 0) {
      throw fault(release, "it is not there", "Tell whoever keeps that place, or name another one with --from");
    }
    if (part.hash.hex() === release.sum) return;
    restart(part, parts.files);
    // What an earlier call left may have been spoilt since; what came just now was sent like this.
    if (!hadOld) {
      throw fault(
        release,
        "its SHA-256 is not the one that was signed",
        "Nothing was changed. Try again, or another place",
      );
    }
    hadOld = false;
    reason = "what was downloaded earlier cannot be used";
  }
  const kept = part.bytes === 0 ? "" : `; ${spellBytes(part.bytes)} of it are kept`;
  throw fault(release, `${reason}${kept}`, "Try again: it goes on where it stopped");
}

function fault(release: Release, why: string, fix: string): OperatorError {
  const place = visible(release.source.name);
  return new OperatorError(`'${release.file}' cannot be had from '${place}': ${visible(why)}`, { fix });
}

/** Why the connection broke; null at the end of the file. */
async function take(
  answer: Found,
  part: Part,
  parts: FetchParts & { readonly until: number },
): Promise<string | null> {
  try {
    if (answer.offset !== part.bytes) restart(part, parts.files);
    if (answer.offset !== part.bytes) return "the server sends another part of the file than was asked for";
    await requireRoom(answer, part, parts);
    await write(answer, part, parts);
    return null;
  } catch (thrown) {
    if (thrown instanceof WebFault) return thrown.message;
    if (!(thrown instanceof FileFault)) throw thrown;
    // A full disk needs the room more than the next call needs the part.
    if (thrown.kind === "full") restart(part, parts.files);
    throw new OperatorError(`The download cannot be written to '${visible(thrown.path)}': ${visible(thrown.message)}`, {
      fix: thrown.kind === "full"
        ? "Nothing was changed. Make room on that disk"
        : "Nothing was changed. Look at that disk",
    });
  } finally {
    answer.close();
  }
}

async function write(answer: Found, part: Part, parts: FetchParts & { readonly until: number }): Promise<void> {
  const file = parts.binaries.grow(part.path);
  try {
    for (let piece = await answer.read(); piece !== null; piece = await answer.read()) {
      if (part.bytes + piece.length > mostBytes) throw tooLarge();
      file.write(piece);
      part.hash.update(piece);
      part.bytes += piece.length;
      parts.onProgress(part.bytes, answer.totalBytes);
      if (parts.clock.monotonic() > parts.until) {
        throw new WebFault(`it took longer than ${longestMs / 60_000} minutes`);
      }
    }
    file.sync();
  } finally {
    file.close();
  }
}

async function requireRoom({ totalBytes }: Found, part: Part, { host }: FetchParts): Promise<void> {
  if (totalBytes === null) return;
  if (totalBytes > mostBytes) throw tooLarge();
  const free = (await host.disk(part.path.slice(0, part.path.lastIndexOf("/") + 1)))?.freeBytes;
  const needed = totalBytes - part.bytes + reserveBytes;
  if (free === undefined || free >= needed) return;
  throw new FileFault("full", {
    path: part.path,
    cause: `${spellBytes(needed)} are needed and ${spellBytes(free)} free`,
  });
}

function tooLarge(): OperatorError {
  return new OperatorError(`The binary of the release is larger than ${spellBytes(mostBytes)}`, {
    fix: "Nothing was changed. Tell whoever keeps that place: no release is so large",
  });
}

function openPart(path: string, files: Files): Part {
  const part = { path, bytes: 0, hash: new Sha256() };
  const reader = files.lstat(path)?.isFile === true ? files.openReader(path) : null;
  if (reader === null) {
    files.remove(path, { isRecursive: true });
    return part;
  }
  const chunk = new Uint8Array(chunkBytes);
  try {
    for (let count = reader.readAt(0, chunk); count > 0; count = reader.readAt(part.bytes, chunk)) {
      part.hash.update(chunk.subarray(0, count));
      part.bytes += count;
    }
  } finally {
    reader.close();
  }
  return part;
}

function restart(part: Part, files: Files): void {
  files.remove(part.path);
  part.bytes = 0;
  part.hash = new Sha256();
}
