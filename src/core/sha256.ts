// SHA-256 piece by piece, because the platform's own wants the whole file in memory and a binary has 80 MB.

const blockBytes = 64;
const roundConstants = new Uint32Array(64);
const firstState = new Uint32Array(8);

/** The constants are the first bits of the fractional parts of roots of primes. */
function fillConstants(): void {
  const fraction = (root: number) => (root - Math.floor(root)) * 2 ** 32;
  let count = 0;
  for (let candidate = 2; count < 64; candidate++) {
    if (!isPrime(candidate)) continue;
    if (count < 8) firstState[count] = fraction(Math.sqrt(candidate));
    roundConstants[count++] = fraction(Math.cbrt(candidate));
  }
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

fillConstants();

/** Takes bytes as they come; `hex` ends it. */
export class Sha256 {
  readonly #state = firstState.slice();
  readonly #words = new Uint32Array(64);
  readonly #rest = new Uint8Array(blockBytes);
  #restLength = 0;
  #length = 0;

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#restLength > 0) {
      at = Math.min(blockBytes - this.#restLength, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#restLength);
      this.#restLength += at;
      if (this.#restLength < blockBytes) return;
      this.#mix(this.#rest, 0);
      this.#restLength = 0;
    }
    for (; at + blockBytes <= bytes.length; at += blockBytes) this.#mix(bytes, at);
    this.#rest.set(bytes.subarray(at), 0);
    this.#restLength = bytes.length - at;
  }

  /** The sum of all that was taken, in lower-case hex. May be called once. */
  hex(): string {
    const length = this.#length;
    const padding = new Uint8Array(((119 - length % blockBytes) % blockBytes) + 9);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(length / 2 ** 29));
    view.setUint32(padding.length - 4, length * 8 % 2 ** 32);
    this.update(padding);
    return [...this.#state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  #mix(bytes: Uint8Array, at: number): void {
    const w = this.#words;
    for (let i = 0, from = at; i < 16; i++, from += 4) {
      w[i] = bytes[from]! << 24 | bytes[from + 1]! << 16 | bytes[from + 2]! << 8 | bytes[from + 3]!;
    }
    for (let i = 16; i < 64; i++) {
      const near = w[i - 2]!;
      const far = w[i - 15]!;
      const first = (far >>> 7 | far << 25) ^ (far >>> 18 | far << 14) ^ far >>> 3;
      const second = (near >>> 17 | near << 15) ^ (near >>> 19 | near << 13) ^ near >>> 10;
      w[i] = w[i - 16]! + first + w[i - 7]! + second;
    }
    const state = this.#state;
    let a = state[0]! | 0, b = state[1]! | 0, c = state[2]! | 0, d = state[3]! | 0;
    let e = state[4]! | 0, f = state[5]! | 0, g = state[6]! | 0, h = state[7]! | 0;
    for (let i = 0; i < 64; i++) {
      const high = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
      const one = h + high + (e & f ^ ~e & g) + roundConstants[i]! + w[i]! | 0;
      const low = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
      const two = low + (a & b ^ a & c ^ b & c) | 0;
      h = g, g = f, f = e, e = d + one | 0;
      d = c, c = b, b = a, a = one + two | 0;
    }
    state[0]! += a, state[1]! += b, state[2]! += c, state[3]! += d;
    state[4]! += e, state[5]! += f, state[6]! += g, state[7]! += h;
  }
}
