// Guards the piecewise SHA-256: the same sums as the platform's, however the bytes are cut.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Sha256 } from "../../src/core/sha256.ts";

async function platformSum(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

Deno.test("Sha256 gives the sums that the standard names", () => {
  assert.equal(new Sha256().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const abc = new Sha256();
  abc.update(new TextEncoder().encode("abc"));
  assert.equal(abc.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

Deno.test("Sha256 agrees with the platform at every length around a block", async () => {
  for (let length = 0; length <= 260; length++) {
    const bytes = new Uint8Array(length).map((_, i) => i * 7 + length);
    const hash = new Sha256();
    hash.update(bytes);
    assert.equal(hash.hex(), await platformSum(bytes), `${length} bytes`);
  }
});

Deno.test("Sha256 does not care how the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 }), async (pieces) => {
      const hash = new Sha256();
      for (const piece of pieces) hash.update(piece);
      const whole = new Uint8Array(pieces.flatMap((piece) => [...piece]));
      assert.equal(hash.hex(), await platformSum(whole));
    }),
  );
});
