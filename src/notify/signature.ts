// Signs what a webhook is sent, the way of standardwebhooks.com, so that the receiver knows who sent it, and when.

/** What is signed. */
export interface Signed {
  readonly id: string;
  /** Epoch seconds of this try. */
  readonly seconds: number;
  readonly body: string;
}

const prefix = "whsec_";

/** The value of `webhook-signature`. @param secret `whsec_` and base64, or any text, which then is the key itself */
export async function signatureOf({ id, seconds, body }: Signed, secret: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", keyOf(secret), algorithm, false, ["sign"]);
  const sum = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${seconds}.${body}`));
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(sum)))}`;
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  if (secret.startsWith(prefix)) {
    try {
      return Uint8Array.from(atob(secret.slice(prefix.length)), (character) => character.charCodeAt(0));
    } catch {
      // It only looks like one: then all of it is the key.
    }
  }
  return new TextEncoder().encode(secret);
}
