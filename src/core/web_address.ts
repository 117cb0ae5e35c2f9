// Which web addresses may carry a secret: those that nobody on the way can read.
import type { SinkKind } from "./notice.ts";

/** Kinds whose address is all that one needs to write there. */
const secretAddresses: ReadonlySet<SinkKind> = new Set(["slack", "discord"]);
/** Kinds that sign with their token and never send it. */
const signing: ReadonlySet<SinkKind> = new Set(["webhook"]);

/** Whether a sink's address keeps its secrets: https, or this machine, or nothing to keep. @param url one that can be read */
export function isSafeFor(url: string, sink: { readonly kind: SinkKind; readonly hasToken: boolean }): boolean {
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol === "https:" || isLoopback(hostname)) return true;
  if (secretAddresses.has(sink.kind) || username !== "" || password !== "") return false;
  return !sink.hasToken || signing.has(sink.kind);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
