// Where releases come from, a folder or a web server, read in one way and never more than is wanted.
import { joinPath } from "../core/path.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { WebFault } from "../ports/web.ts";
import type { Web, WebAnswer } from "../ports/web.ts";

/** Longest time without a byte. */
const silenceMs = 30_000;
const chunkBytes = 256 * 1024;
const attempts = 3;
const pauseMs = 1000;

/** A place that holds the files of one release, and perhaps folders with those of others. */
export interface ReleaseSource {
  /** For people; without a password. */
  readonly name: string;
  /** Opens a file from an offset on. */
  open(file: string, from: number): Promise<WebAnswer>;
  /** The folder of that name in it. */
  inner(folder: string): ReleaseSource;
}

/** Whether a text is an address on the web rather than a folder. */
export function isWebAddress(from: string): boolean {
  return /^https?:\/\//i.test(from);
}

/** @returns null when the address is none. */
export function webSource(address: string, web: Web): ReleaseSource | null {
  const base = URL.parse(address.endsWith("/") ? address : `${address}/`);
  if (base === null || base.search !== "" || base.hash !== "") return null;
  const shown = new URL(base.href);
  shown.username = "";
  shown.password = "";
  return {
    name: shown.href,
    open: (file, from) => web.get(new URL(file, base).href, { from, silenceMs }),
    inner: (folder) => webSource(new URL(`${folder}/`, base).href, web)!,
  };
}

/** @param folder absolute path */
export function folderSource(folder: string, files: Files): ReleaseSource {
  return {
    name: folder,
    open: (file, from) => Promise.resolve(openFile(joinPath(folder, file), { from, files })),
    inner: (name) => folderSource(joinPath(folder, name), files),
  };
}

function openFile(path: string, { from, files }: { readonly from: number; readonly files: Files }): WebAnswer {
  try {
    if (files.stat(path)?.isFile !== true) return { kind: "absent" };
    const reader = files.openReader(path);
    if (reader === null) return { kind: "absent" };
    const totalBytes = reader.size();
    const offset = Math.min(from, totalBytes);
    let at = offset;
    let isOpen = true;
    return {
      kind: "found",
      offset,
      totalBytes,
      read: () => {
        const chunk = new Uint8Array(chunkBytes);
        const count = reader.readAt(at, chunk);
        at += count;
        return Promise.resolve(count === 0 ? null : chunk.subarray(0, count));
      },
      close() {
        if (isOpen) reader.close();
        isOpen = false;
      },
    };
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    return { kind: "failed", reason: thrown.message, mayPass: false };
  }
}

/** A small file as a whole; `absent`, or why it cannot be had, for people. */
export type SmallFile =
  | { readonly kind: "read"; readonly bytes: Uint8Array }
  | { readonly kind: "absent" }
  | { readonly kind: "failed"; readonly reason: string };

/** Tries again when the server is at fault. Anything larger than `mostBytes` is refused. */
export async function readSmall(
  source: ReleaseSource,
  { file, mostBytes, clock }: { readonly file: string; readonly mostBytes: number; readonly clock: Clock },
): Promise<SmallFile> {
  let reason = "";
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) await clock.sleep(pauseMs * attempt);
    const answer = await source.open(file, 0);
    if (answer.kind === "absent") return answer;
    if (answer.kind === "failed") {
      reason = answer.reason;
      if (!answer.mayPass) break;
      continue;
    }
    try {
      const bytes = await collect(answer, mostBytes);
      return bytes === null ? { kind: "failed", reason: `'${file}' is too large` } : { kind: "read", bytes };
    } catch (thrown) {
      if (!(thrown instanceof WebFault) && !(thrown instanceof FileFault)) throw thrown;
      reason = thrown.message;
    } finally {
      answer.close();
    }
  }
  return { kind: "failed", reason };
}

async function collect(
  answer: WebAnswer & { readonly kind: "found" },
  mostBytes: number,
): Promise<Uint8Array | null> {
  const pieces: number[] = [];
  for (let piece = await answer.read(); piece !== null; piece = await answer.read()) {
    if (pieces.length + piece.length > mostBytes) return null;
    for (const byte of piece) pieces.push(byte);
  }
  return new Uint8Array(pieces);
}
