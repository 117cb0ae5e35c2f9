// Signed releases in memory for unit tests.
import { Sha256 } from "../../src/core/sha256.ts";
import type { FakeWeb } from "../fakes/fake_upgrade.ts";

const encoder = new TextEncoder();
export const platform = "linux-x86_64";
export const file = `agent-runner-${platform}`;

/** A key pair; `publicKey` in base64. */
export async function makeKey() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { pair, publicKey: btoa(String.fromCharCode(...raw)) };
}

export function sumOf(bytes: Uint8Array): string {
  const hash = new Sha256();
  hash.update(bytes);
  return hash.hex();
}

/** The files of a release by name. */
export async function releaseOf(
  { version, binary = encoder.encode(`binary ${version}`), key, name = file }: {
    readonly version: string;
    readonly binary?: Uint8Array;
    readonly key: { readonly pair: CryptoKeyPair };
    readonly name?: string;
  },
): Promise<Map<string, Uint8Array>> {
  const files = new Map([[name, binary], ["VERSION", encoder.encode(`${version}\n`)]]);
  return await signed(files, [...files].map(([own, bytes]) => `${sumOf(bytes)}  ${own}\n`).join(""), key);
}

/** Adds a list of sums and its signature. */
export async function signed(
  files: Map<string, Uint8Array>,
  sums: string,
  { pair }: { readonly pair: CryptoKeyPair },
): Promise<Map<string, Uint8Array>> {
  files.set("SHA256SUMS", encoder.encode(sums));
  files.set(
    "SHA256SUMS.sig",
    new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, encoder.encode(sums))),
  );
  return files;
}

/** Puts files under an address. */
export function publish(web: FakeWeb, base: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, bytes] of files) web.pages.set(`${base}${name}`, bytes);
}
