// Signs releases with an Ed25519 key in a file that is no part of the repository.
const encoder = new TextEncoder();

interface SigningKey {
  readonly key: CryptoKey;
  /** In base64, as `src/service/release_key.ts` holds it. */
  readonly publicKey: string;
}

/** Reads a private key: PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it. Throws for anything else. */
export async function readKey(path: string): Promise<SigningKey> {
  const text = await Deno.readTextFile(path);
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text)?.[1];
  if (body === undefined) throw new Error(`'${path}' holds no private key in PEM (-----BEGIN PRIVATE KEY-----)`);
  const bytes = Uint8Array.from(atob(body.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
  try {
    const key = await crypto.subtle.importKey("pkcs8", bytes, "Ed25519", true, ["sign"]);
    // The JSON form of a private key names the public one.
    const { x = "" } = await crypto.subtle.exportKey("jwk", key);
    const standard = x.replaceAll("-", "+").replaceAll("_", "/");
    return { key, publicKey: standard.padEnd(Math.ceil(standard.length / 4) * 4, "=") };
  } catch {
    throw new Error(`'${path}' holds a key of another kind; it has to be Ed25519`);
  }
}

/** Raw signature of 64 bytes, as `openssl pkeyutl -verify -rawin` takes it. */
export async function signatureOf(text: string, key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, encoder.encode(text)));
}

/** Makes a key pair; the private half goes into a new file that only its owner may read. @returns the public half */
export async function newKey(path: string): Promise<string> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const body = base64(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const text = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
  await Deno.writeTextFile(path, text, { mode: 0o600, createNew: true });
  return base64(await crypto.subtle.exportKey("raw", pair.publicKey));
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
