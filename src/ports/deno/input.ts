// Standard input as text, up to a bound: what comes after it is left unread.

/** @returns at most `mostBytes` of it; what is no UTF-8 becomes U+FFFD */
export async function readInput(mostBytes: number): Promise<string> {
  const bytes = new Uint8Array(mostBytes);
  let length = 0;
  while (length < mostBytes) {
    const count = await Deno.stdin.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}
