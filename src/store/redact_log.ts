// Masks the secrets in a finished log, window by window: a log of any size and lines of any length need little memory.
import { secretSpans } from "../core/redact.ts";
import { mask, type Span } from "../core/redact_spans.ts";
import type { FileReader, Files } from "../ports/files.ts";
import { cutPoint } from "./redact_window.ts";

const windowBytes = 1024 * 1024;
/** Kept of what is written already: a secret may be known by what stands before it. */
const contextLength = 1024;
const copyBytes = 256 * 1024;

/** What became of a log. `no_room`: the disk is too full for a copy, the log is as it was. */
export type RedactedLog =
  | { readonly kind: "unchanged" }
  | { readonly kind: "redacted"; readonly masked: number }
  | { readonly kind: "no_room" };

export interface RedactLogOptions {
  readonly files: Files;
  /** Called between windows, so that others get their turn. */
  readonly rest?: () => Promise<void>;
}

/**
 * Replaces a log by one with its secrets masked, in one step and readable only by its owner; links to it go on to lead
 * there. A log without secrets is not written at all, other bytes stay as they are. Nobody may write to it any more.
 * Throws `FileFault`.
 */
export async function redactLog(path: string, options: RedactLogOptions): Promise<RedactedLog> {
  const { files } = options;
  const real = files.realPath(path);
  const reader = real === null ? null : files.openReader(real);
  if (real === null || reader === null) return { kind: "unchanged" };
  const copy = new Copy(reader, { files, path: `${real}.0-1.tmp` });
  let isDone = false;
  try {
    isDone = await rewrite(reader, copy, options);
    if (!isDone) return { kind: "no_room" };
    if (copy.masked === 0) return { kind: "unchanged" };
    files.chmod(copy.path, 0o600);
    files.rename(copy.path, real);
    return { kind: "redacted", masked: copy.masked };
  } finally {
    reader.close();
    if (!isDone) files.remove(copy.path);
  }
}

/** False where the disk was too full. */
async function rewrite(reader: FileReader, copy: Copy, options: RedactLogOptions): Promise<boolean> {
  const bytes = new Uint8Array(windowBytes);
  let offset = 0;
  /** What is looked at, of which the first `done` characters are written; `isOpen`: they end within a masked secret. */
  let text = "";
  let done = 0;
  let isOpen = false;
  for (;;) {
    const count = fill(reader, { offset, into: bytes });
    offset += count;
    const isLast = count < bytes.length;
    text += textOf(bytes.subarray(0, count));
    const spans = secretSpans(text);
    const cut = isLast ? { at: text.length, open: null } : cutPoint(text, { spans, done });
    const parts = spans.filter((span) => span.end > done && span.start < cut.at);
    if (!copy.take(text, { from: done, to: cut.at, spans: parts, isOpen })) return false;
    if (isLast) return true;
    isOpen = cut.open !== null;
    // The middle of a secret without an end in sight tells nothing and is left out.
    const kept = cut.open ?? { start: cut.at, end: cut.at };
    const head = isOpen ? text.slice(Math.max(0, kept.start - contextLength), kept.start + contextLength) : "";
    text = isOpen ? head : text.slice(Math.max(0, cut.at - contextLength));
    done = isOpen ? head.length : Math.min(cut.at, contextLength);
    await options.rest?.();
  }
}

/** The new log; it is begun with the first secret. */
class Copy {
  readonly path: string;
  readonly #reader: FileReader;
  readonly #files: Files;
  /** Bytes of the old log that are dealt with. */
  #taken = 0;
  #masked = 0;

  constructor(reader: FileReader, to: { readonly files: Files; readonly path: string }) {
    this.#reader = reader;
    this.#files = to.files;
    this.path = to.path;
  }

  get masked(): number {
    return this.#masked;
  }

  /** Writes a part of the text with its spans masked; false where the disk was too full. */
  take(
    text: string,
    part: {
      readonly from: number;
      readonly to: number;
      readonly spans: readonly Span[];
      /** What comes first goes on a secret whose mask is written. */
      readonly isOpen: boolean;
    },
  ): boolean {
    const { from, to, spans } = part;
    if (this.#masked === 0 && spans.length > 0 && !this.#begin()) return false;
    this.#taken += to - from;
    if (this.#masked === 0 && spans.length === 0) return true;
    const pieces: string[] = [];
    let at = from;
    for (const { start, end } of spans) {
      const isGoingOn = part.isOpen && start < from;
      pieces.push(text.slice(at, Math.max(at, start)), isGoingOn ? "" : mask);
      if (!isGoingOn) this.#masked++;
      at = Math.min(end, to);
    }
    pieces.push(text.slice(at, to));
    return this.#append(bytesOf(pieces.join("")));
  }

  #begin(): boolean {
    this.#files.remove(this.path);
    const bytes = new Uint8Array(copyBytes);
    for (let at = 0; at < this.#taken;) {
      const count = this.#reader.readAt(at, bytes.subarray(0, Math.min(bytes.length, this.#taken - at)));
      if (count === 0 || !this.#append(bytes.subarray(0, count))) return false;
      at += count;
    }
    return true;
  }

  #append(bytes: Uint8Array): boolean {
    return bytes.length === 0 || this.#files.append(this.path, bytes) === bytes.length;
  }
}

function fill(reader: FileReader, { offset, into }: { readonly offset: number; readonly into: Uint8Array }): number {
  let filled = 0;
  while (filled < into.length) {
    const count = reader.readAt(offset + filled, into.subarray(filled));
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** One character for each byte: what is no UTF-8 comes back as it was. */
function textOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return parts.join("");
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
