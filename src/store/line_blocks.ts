// Reads a file of lines in blocks of whole lines, from either end, in bounded memory whatever the file holds.
import type { FileReader } from "../ports/files.ts";

/** Bytes read at once. */
export const blockBytes = 256 * 1024;
/** Longest line that is looked at, bytes; a longer one is skipped and counted. */
export const longestRead = 4 * 1024 * 1024;

const newline = 10;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Whole lines, in the order of the file. */
export interface LineBlock {
  /** Lines with `\n` between them. A line that was not UTF-8 starts with U+0000, so that no reader takes it for good. */
  readonly text: string;
  /** Lines that were too long, skipped since the last block. */
  readonly skipped: number;
  /** The last line has no newline yet: it may be half written. */
  readonly isOpen: boolean;
  /** Bytes read from the file for this block. */
  readonly bytesRead: number;
}

/** Blocks from byte `to` back to byte `floor`; the line that `floor` cuts is left out. */
export function* blocksBackward(
  reader: FileReader,
  range: { readonly floor: number; readonly to: number },
): Generator<LineBlock> {
  let buffer = new Uint8Array(blockBytes);
  let carried = 0;
  let isTooLong = false;
  let skipped = 0;
  let bytesRead = 0;
  let isOpen: boolean | null = null;
  for (let at = range.to; at > range.floor;) {
    const length = Math.min(blockBytes, at - range.floor);
    buffer = withRoom(buffer, length + carried);
    buffer.copyWithin(length, 0, carried);
    at -= length;
    if (!readFully(reader, { at, into: buffer.subarray(0, length) })) return;
    bytesRead += length;
    isOpen ??= buffer[length - 1] !== newline;
    let end = length + carried;
    if (isTooLong) {
      end = buffer.subarray(0, length).lastIndexOf(newline);
      if (end < 0 && at > 0) continue;
      isTooLong = false;
      skipped++;
      isOpen = false;
      if (end < 0) end = 0;
    }
    const start = at === 0 ? 0 : buffer.subarray(0, end).indexOf(newline) + 1;
    carried = start === 0 ? end : start - 1;
    if (start === 0 && at > 0) {
      if (carried > longestRead) [isTooLong, carried] = [true, 0];
      continue;
    }
    yield { text: decode(buffer.subarray(start, end)), skipped, isOpen, bytesRead };
    [skipped, bytesRead, isOpen] = [0, 0, false];
  }
}

/** Blocks from byte `from`, which must start a line, up to byte `to`. */
export function* blocksForward(
  reader: FileReader,
  range: { readonly from: number; readonly to: number },
): Generator<LineBlock> {
  let buffer = new Uint8Array(blockBytes);
  let carried = 0;
  let isTooLong = false;
  let skipped = 0;
  let bytesRead = 0;
  for (let at = range.from; at < range.to;) {
    const length = Math.min(blockBytes, range.to - at);
    buffer = withRoom(buffer, carried + length);
    if (!readFully(reader, { at, into: buffer.subarray(carried, carried + length) })) return;
    at += length;
    bytesRead += length;
    const filled = carried + length;
    let start = 0;
    if (isTooLong) {
      start = buffer.subarray(0, filled).indexOf(newline) + 1;
      if (start === 0) continue;
      isTooLong = false;
    }
    const end = buffer.subarray(0, filled).lastIndexOf(newline) + 1;
    const isOpen = at >= range.to && end < filled;
    const until = isOpen ? filled : Math.max(start, end);
    if (until > start) {
      yield { text: decode(buffer.subarray(start, until)), skipped, isOpen, bytesRead };
      [skipped, bytesRead] = [0, 0];
    }
    buffer.copyWithin(0, until, filled);
    carried = filled - until;
    if (carried > longestRead) {
      [isTooLong, carried] = [true, 0];
      skipped++;
    }
  }
  if (skipped > 0) yield { text: "", skipped, isOpen: false, bytesRead };
}

/** The lines of a block that hold one of `patterns` (all when null), in order, without empty ones. */
export function linesWith(text: string, patterns: readonly string[] | null): string[] {
  if (patterns === null) return text.split("\n").filter((line) => line !== "");
  const starts = new Map<number, number>();
  for (const pattern of patterns) {
    for (let hit = text.indexOf(pattern); hit >= 0;) {
      const end = endOfLine(text, hit);
      starts.set(text.lastIndexOf("\n", hit) + 1, end);
      hit = text.indexOf(pattern, end);
    }
  }
  const order = [...starts];
  if (patterns.length > 1) order.sort((a, b) => a[0] - b[0]);
  return order.map(([start, end]) => text.slice(start, end));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function withRoom(buffer: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
  if (buffer.length >= bytes) return buffer;
  const larger = new Uint8Array(Math.max(bytes, buffer.length * 2));
  larger.set(buffer);
  return larger;
}

function readFully(reader: FileReader, part: { readonly at: number; readonly into: Uint8Array }): boolean {
  for (let filled = 0; filled < part.into.length;) {
    const count = reader.readAt(part.at + filled, part.into.subarray(filled));
    if (count === 0) return false;
    filled += count;
  }
  return true;
}

function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeLines(bytes).join("\n");
  }
}

function decodeLines(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length;) {
    const next = bytes.indexOf(newline, start);
    const end = next < 0 ? bytes.length : next;
    lines.push(decodeLine(bytes.subarray(start, end)));
    start = end + 1;
  }
  return lines;
}

/** The text of one line without its newline; it starts with U+0000 when the bytes are not UTF-8. */
export function decodeLine(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return `\0${lenient.decode(bytes)}`;
  }
}
