// Spells the value of a secret in the ways in which programs print it: escaped, encoded, in pieces.

const shortest = 8;
const longest = 8192;
const pieceLength = 64;
const shortestRest = 16;
const leastLine = 16;

/** One way in which a part of a value may stand in a text. */
export interface Spelling {
  readonly text: string;
  /** The inner part of base64 of something longer. */
  readonly isBase64: boolean;
}

/** All spellings of one value, without doubles; of a long value those of its pieces, so that a cut one is found too. */
export function spellingsOf(value: string): readonly Spelling[] {
  const found = new Map<string, Spelling>();
  for (const piece of piecesOf(value)) {
    for (const text of plainSpellings(piece)) found.set(text, { text, isBase64: false });
    for (const text of base64Spellings(piece)) if (!found.has(text)) found.set(text, { text, isBase64: true });
  }
  return [...found.values()];
}

/** Lines, and of a long line pieces: a log shows lines, and a record may hold only a part. */
function piecesOf(value: string): string[] {
  const lines = value.slice(0, longest).split(/\r?\n/).map((line) => line.trim());
  const telling = lines.length === 1
    ? lines
    : lines.filter((line) => line.length >= leastLine && !line.startsWith("-----"));
  return telling.flatMap((line) => {
    const pieces: string[] = [];
    let at = 0;
    while (line.length - at > pieceLength + shortestRest) {
      pieces.push(line.slice(at, at + pieceLength));
      at += pieceLength;
    }
    return [...pieces, line.slice(at)];
  }).filter((piece) => piece.length >= shortest);
}

function plainSpellings(piece: string): readonly string[] {
  const json = JSON.stringify(piece).slice(1, -1);
  const ascii = json.replaceAll(/[^\u0020-\u007e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const html = json.replaceAll(/[<>&']/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  const url = encoded(piece);
  const strict = url.replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const plain = [piece, json, json.replaceAll("/", "\\/"), ascii, html, JSON.stringify(json).slice(1, -1)];
  const encodings = [
    url,
    strict,
    strict.replaceAll("%20", "+"),
    url.replaceAll("%2F", "/"),
    url.replaceAll("%40", "@"),
  ];
  const lower = encodings.map((text) => text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  return [...new Set([...plain, ...encodings, ...lower, binary(piece)])];
}

/**
 * What base64 makes of the value wherever it starts in the bytes that are encoded: the first and the last characters,
 * which its neighbours share, are left out.
 */
function base64Spellings(piece: string): string[] {
  const bytes = new TextEncoder().encode(piece);
  const found: string[] = [];
  for (let offset = 0; offset < 3; offset++) {
    const shifted = new Uint8Array(offset + bytes.length);
    shifted.set(bytes, offset);
    const whole = btoa(String.fromCharCode(...shifted));
    const inner = whole.slice(Math.ceil(offset * 8 / 6), Math.floor(shifted.length * 8 / 6));
    found.push(inner, inner.replaceAll("+", "-").replaceAll("/", "_"));
    found.push(inner.replaceAll("+", "%2B").replaceAll("/", "%2F"), inner.replaceAll("/", "\\/"));
  }
  return found;
}

/** The bytes of its UTF-8 as characters, for those who read a file byte by byte. */
function binary(piece: string): string {
  return String.fromCharCode(...new TextEncoder().encode(piece));
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half a surrogate pair has no encoding.
    return text;
  }
}
