// Carries path names as the bytes git prints, so that none is lost on its way back to git.

/** A path as git spells it, one character for each byte: two are equal exactly when their bytes are. */
export type ByteName = string;

const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

export function byteName(bytes: Uint8Array): ByteName {
  let name = "";
  for (const byte of bytes) name += String.fromCharCode(byte);
  return name;
}

/** The name of a path that was written as text. */
export function nameFromText(text: string): ByteName {
  return byteName(encoder.encode(text));
}

export function bytesOfName(name: ByteName): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i);
  return bytes;
}

/** For people: bytes that are not UTF-8 show as U+FFFD. */
export function nameText(name: ByteName): string {
  return lossyDecoder.decode(bytesOfName(name));
}

/** The name as the file system port takes it; null when it is not UTF-8, which no port can spell. */
export function exactText(name: ByteName): string | null {
  try {
    return strictDecoder.decode(bytesOfName(name));
  } catch {
    return null;
  }
}

/** Names with a NUL after each, as git reads them with `-z`. */
export function joinNul(names: readonly ByteName[]): Uint8Array {
  const joined = new Uint8Array(names.reduce((sum, name) => sum + name.length + 1, 0));
  let at = 0;
  for (const name of names) {
    for (let i = 0; i < name.length; i++) joined[at++] = name.charCodeAt(i);
    at++;
  }
  return joined;
}

/** What stands before each NUL, as views into the bytes; `isTorn`: something follows the last one. */
export function recordsOf(bytes: Uint8Array): { readonly list: readonly Uint8Array[]; readonly isTorn: boolean } {
  const list: Uint8Array[] = [];
  let from = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
    list.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return { list, isTorn: from < bytes.length };
}

/** The same as names; what follows the last NUL is left out. */
export function splitNul(bytes: Uint8Array): ByteName[] {
  return recordsOf(bytes).list.map(byteName);
}
