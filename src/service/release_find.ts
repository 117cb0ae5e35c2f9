// Finds a release and believes nothing of it but what its maker's signature covers.
import { OperatorError } from "../core/errors.ts";
import { binaryName, isVersion, parseSums, releaseFiles } from "../core/release.ts";
import { Sha256 } from "../core/sha256.ts";
import { visible } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import { readSmall } from "./release_source.ts";
import type { ReleaseSource } from "./release_source.ts";

const mostSumsBytes = 64 * 1024;
const signatureBytes = 64;
const mostVersionBytes = 128;

/** A release whose signature is good. */
export interface Release {
  readonly version: string;
  readonly source: ReleaseSource;
  /** File name of the binary for this machine. */
  readonly file: string;
  /** Its SHA-256 in hex. */
  readonly sum: string;
}

export interface FindParts {
  readonly clock: Clock;
  /** Public keys in base64, one of which must have signed. */
  readonly keys: readonly string[];
  readonly platform: string;
}

/**
 * The release at a place, or the one of version `target` there or in the folder of that name in it.
 * Throws `OperatorError` when there is none, when it is not signed as it must be, or when it has nothing for this machine.
 */
export async function findRelease(source: ReleaseSource, target: string | null, parts: FindParts): Promise<Release> {
  if (target === null) return await requireRelease(source, parts);
  const inner = await readRelease(source.inner(target), parts);
  const found = inner ?? await readRelease(source.inner(`v${target}`), parts) ?? await readRelease(source, parts);
  if (found === null) throw noRelease(source);
  if (found.version === target) return found;
  throw new OperatorError(`There is no version ${target} at '${visible(source.name)}': it has ${found.version}`, {
    fix: `Name a place that has it with --from, or put it into a folder '${target}' there`,
  });
}

async function requireRelease(source: ReleaseSource, parts: FindParts): Promise<Release> {
  const release = await readRelease(source, parts);
  if (release === null) throw noRelease(source);
  return release;
}

function noRelease(source: ReleaseSource): OperatorError {
  return new OperatorError(`There is no release at '${visible(source.name)}': it has no file '${releaseFiles.sums}'`, {
    fix: "Name the folder or address that holds the files of a release, with --from or in [upgrade] from",
  });
}

/** Null when nothing is there. */
async function readRelease(source: ReleaseSource, parts: FindParts): Promise<Release | null> {
  const sumsBytes = await read(source, releaseFiles.sums, { mostBytes: mostSumsBytes, clock: parts.clock });
  if (sumsBytes === null) return null;
  const signature = await read(source, releaseFiles.signature, { mostBytes: signatureBytes, clock: parts.clock });
  if (signature === null) throw untrusted(source, `it has no file '${releaseFiles.signature}'`);
  if (!await isSigned(sumsBytes, signature, parts.keys)) {
    throw untrusted(source, "its signature was not made with the key this program trusts");
  }
  const sums = parseSums(new TextDecoder().decode(sumsBytes));
  if (sums === null) throw untrusted(source, `its '${releaseFiles.sums}' cannot be read`);
  const version = await readVersion(source, sums, parts.clock);
  const file = binaryName(parts.platform);
  const sum = sums.get(file);
  if (sum === undefined) {
    const known = [...sums.keys()].filter((name) => name.startsWith(binaryName(""))).join(", ");
    throw new OperatorError(`Release ${version} has no binary for this machine ('${file}')`, {
      fix: `It has ${known === "" ? "none at all" : known}; build one with 'deno task compile host'`,
    });
  }
  return { version, source, file, sum };
}

async function readVersion(source: ReleaseSource, sums: ReadonlyMap<string, string>, clock: Clock): Promise<string> {
  const bytes = await read(source, releaseFiles.version, { mostBytes: mostVersionBytes, clock });
  const hash = new Sha256();
  hash.update(bytes ?? new Uint8Array());
  // Without a sum of its own it could make an old release pass for a new one.
  if (bytes === null || hash.hex() !== sums.get(releaseFiles.version)) {
    throw untrusted(source, `its '${releaseFiles.version}' is not the one that was signed`);
  }
  const version = new TextDecoder().decode(bytes).trim();
  if (!isVersion(version)) throw untrusted(source, `its '${releaseFiles.version}' holds no version`);
  return version;
}

async function read(
  source: ReleaseSource,
  file: string,
  { mostBytes, clock }: { readonly mostBytes: number; readonly clock: Clock },
): Promise<Uint8Array | null> {
  const small = await readSmall(source, { file, mostBytes, clock });
  switch (small.kind) {
    case "read":
      return small.bytes;
    case "absent":
      return null;
    case "failed":
      throw new OperatorError(`'${file}' cannot be had from '${visible(source.name)}': ${visible(small.reason)}`, {
        fix: "See whether the place is right and can be reached, and try again",
      });
    default:
      return small satisfies never;
  }
}

function untrusted(source: ReleaseSource, why: string): OperatorError {
  return new OperatorError(`The release at '${visible(source.name)}' is not to be trusted: ${why}`, {
    fix: "Nothing was changed. Get the release from its maker, or tell whoever keeps that place",
  });
}

/** Whether one of the keys made the signature. A key or a signature of a wrong form made none. */
async function isSigned(bytes: Uint8Array, signature: Uint8Array, keys: readonly string[]): Promise<boolean> {
  for (const key of keys) {
    try {
      const raw = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
      const imported = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
      const [own, said] = [new Uint8Array(signature), new Uint8Array(bytes)];
      if (await crypto.subtle.verify("Ed25519", imported, own, said)) return true;
    } catch {
      // Not this one.
    }
  }
  return false;
}
