// Reads the address and the token of a sink from where the configuration says they are, at every try anew.
import type { NotifySettings } from "../config/schema.ts";
import { messageOf } from "../core/errors.ts";
import { isSafeFor } from "../core/web_address.ts";
import type { DeliveryPorts } from "./delivery.ts";

/** What a sink is reached with. */
export interface SinkSecrets {
  readonly url: string | null;
  readonly token: string | null;
}

/** `reason`: why one of them cannot be had, for people and without a secret. */
export type FoundSecrets = { readonly kind: "found"; readonly secrets: SinkSecrets } | {
  readonly kind: "absent";
  readonly reason: string;
};

const longestBytes = 16 * 1024;

export function findSecrets(settings: NotifySettings, ports: Pick<DeliveryPorts, "files" | "host">): FoundSecrets {
  const { url, urlEnv, urlFile, tokenEnv, tokenFile, kind } = settings;
  const address = url ?? read({ variable: urlEnv, file: urlFile }, ports);
  const token = read({ variable: tokenEnv, file: tokenFile }, ports);
  for (const value of [address, token]) if (value instanceof Absence) return { kind: "absent", reason: value.reason };
  if (typeof address === "string") {
    const source = url !== null ? "url" : urlEnv === null ? `'${urlFile}'` : `$${urlEnv}`;
    const parsed = URL.parse(address);
    if (parsed === null || !["http:", "https:"].includes(parsed.protocol)) {
      return { kind: "absent", reason: `${source} holds no address of http or https` };
    }
    if (!isSafeFor(address, { kind, hasToken: token !== null })) {
      return { kind: "absent", reason: `the address in ${source} is of http, on which others can read it` };
    }
  }
  return { kind: "found", secrets: { url: address as string | null, token: token as string | null } };
}

/** A text with the secrets in it replaced. */
export function withoutSecrets(text: string, { url, token }: SinkSecrets): string {
  let masked = text;
  for (const secret of [token, url, url === null ? null : URL.parse(url)?.pathname ?? null]) {
    if (secret !== null && secret.length > 3) masked = masked.replaceAll(secret, "<redacted>");
  }
  return masked;
}

class Absence {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

function read(
  from: { readonly variable: string | null; readonly file: string | null },
  { files, host }: Pick<DeliveryPorts, "files" | "host">,
): string | null | Absence {
  if (from.variable !== null) {
    const value = firstLine(host.environment()[from.variable] ?? "");
    return value === "" ? new Absence(`the environment variable ${from.variable} is not set`) : value;
  }
  if (from.file === null) return null;
  try {
    const bytes = files.readBytes(from.file, { offset: 0, length: longestBytes });
    if (bytes === null) return new Absence(`there is no file '${from.file}'`);
    const value = firstLine(new TextDecoder().decode(bytes));
    return value === "" ? new Absence(`the file '${from.file}' is empty`) : value;
  } catch (thrown) {
    return new Absence(`the file '${from.file}' cannot be read: ${messageOf(thrown)}`);
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]!.trim();
}
