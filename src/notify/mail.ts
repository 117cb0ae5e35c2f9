// A message as e-mail, for the local sendmail: nothing of it can become a header that was not meant.
import type { Delivery } from "./delivery.ts";

const lineOctets = 45;

/** The whole mail, head and body, ASCII alone. @param now epoch milliseconds */
export function mailOf({ settings, id, message }: Pick<Delivery, "settings" | "id" | "message">, now: number): string {
  const host = message.host.replaceAll(/[^A-Za-z0-9.-]/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "") || "localhost";
  const urgent = message.severity === "critical" ? ["Importance: high", "X-Priority: 1"] : [];
  const head = [
    ...(settings.from === null ? [] : [`From: ${settings.from}`]),
    `To: ${(settings.to ?? []).join(", ")}`,
    `Subject: ${headerText(message.title)}`,
    `Date: ${new Date(now).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${id}@${host}>`,
    // Nobody's holiday is to answer it.
    "Auto-Submitted: auto-generated",
    ...urgent,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
  ];
  const body = base64(new TextEncoder().encode(`${message.text}\n`)).replaceAll(/.{1,76}/g, "$&\n");
  return `${head.join("\n")}\n\n${body}`;
}

/** Letters beyond ASCII as encoded words, each within the length that a header's word may have. */
function headerText(text: string): string {
  const line = text.replaceAll(/[\r\n\0]+/g, " ");
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  const words: string[] = [];
  let piece: number[] = [];
  for (const character of line) {
    const bytes = new TextEncoder().encode(character);
    if (piece.length + bytes.length > lineOctets) {
      words.push(encodedWord(piece));
      piece = [];
    }
    piece.push(...bytes);
  }
  return [...words, encodedWord(piece)].join("\n ");
}

function encodedWord(bytes: readonly number[]): string {
  return `=?utf-8?B?${base64(Uint8Array.from(bytes))}?=`;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
