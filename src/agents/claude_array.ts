// Turns the one array of records that Claude Code prints at the end in its JSON mode into a record a line.
import { newlineFrom } from "./lines.ts";

const newline = 0x0a;
const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** At the start of a line; after a bracket at its start; in a line of something else; in the array. */
type Place = "start" | "bracket" | "line" | "array";

/**
 * Reads bytes split anywhere. An array is a line that begins with `[{`; its outer brackets and commas become line ends.
 * Every other line passes as it is.
 */
export class ArrayUnroller {
  #place: Place = "start";
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Where the nearest line end of these bytes stands, past them when there is none. */
  #lineEnd = -1;

  /** The same bytes, or a copy of them in which every element of the array stands on a line of its own. */
  push(pushed: Uint8Array): Uint8Array {
    // A bracket at the very end of the last push was held back until it is known what it begins.
    const bytes = this.#place === "bracket" ? withBracket(pushed) : pushed;
    let result = bytes;
    const put = (at: number, byte: number) => {
      if (result === pushed) result = bytes.slice();
      result[at] = byte;
    };
    this.#lineEnd = -1;
    let at = this.#place === "bracket" ? 1 : 0;
    while (at < bytes.length) {
      switch (this.#place) {
        case "line": {
          const end = newlineFrom(bytes, at);
          if (end < 0) return result;
          this.#place = "start";
          at = end + 1;
          break;
        }
        case "start":
          if (!isBlank(bytes[at]!)) this.#place = bytes[at] === openBracket ? "bracket" : "line";
          at++;
          break;
        case "bracket":
          this.#place = bytes[at] === openBrace ? "array" : bytes[at] === newline ? "start" : "line";
          if (this.#place === "array") put(at - 1, newline);
          else at++;
          break;
        case "array":
          at = this.#walk(bytes, at, put);
          break;
        default:
          return this.#place satisfies never;
      }
    }
    return this.#place === "bracket" ? result.subarray(0, -1) : result;
  }

  /** Goes through the array as far as the bytes and it go; returns where it stopped. */
  #walk(bytes: Uint8Array, from: number, put: (at: number, byte: number) => void): number {
    let at = from;
    for (; at < bytes.length; at++) {
      if (this.#isInString) {
        const end = this.#endOfString(bytes, at);
        // No string of JSON holds a line end: the array was cut, and something else is printed now.
        if (bytes[end] === newline) return this.#leave(end);
        at = end;
        continue;
      }
      const byte = bytes[at]!;
      if (this.#depth > 0) {
        if (byte === quote) this.#isInString = true;
        else if (byte === openBrace || byte === openBracket) this.#depth++;
        else if (byte === closeBrace || byte === closeBracket) this.#depth--;
        else if (byte === newline) put(at, space);
      } else if (byte === openBrace) this.#depth++;
      else if (byte === comma) put(at, newline);
      else if (byte === closeBracket) {
        put(at, newline);
        return this.#leave(at + 1);
      } else if (!isBlank(byte)) return this.#leave(at);
    }
    return at;
  }

  /** The index of the quote, or the line end, that ends the string; past the bytes when neither comes. */
  #endOfString(bytes: Uint8Array, from: number): number {
    if (this.#lineEnd < from) this.#lineEnd = indexOr(bytes, newline, from);
    for (let at = from;;) {
      const end = Math.min(indexOr(bytes, quote, at), this.#lineEnd);
      let backslashes = 0;
      while (end - backslashes > at && bytes[end - backslashes - 1] === backslash) backslashes++;
      // The escape that began before these bytes takes the first of them.
      if (this.#isEscaped && end - backslashes === at) backslashes++;
      this.#isEscaped = end === bytes.length && backslashes % 2 === 1;
      if (end === this.#lineEnd || end === bytes.length) return end;
      if (backslashes % 2 === 0) {
        this.#isInString = false;
        return end;
      }
      at = end + 1;
    }
  }

  #leave(at: number): number {
    this.#place = "start";
    this.#depth = 0;
    this.#isInString = false;
    this.#isEscaped = false;
    return at;
  }
}

function withBracket(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer[0] = openBracket;
  longer.set(bytes, 1);
  return longer;
}

function indexOr(bytes: Uint8Array, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found < 0 ? bytes.length : found;
}

function isBlank(byte: number): boolean {
  return byte === newline || byte === space || byte === 0x09 || byte === 0x0d;
}
