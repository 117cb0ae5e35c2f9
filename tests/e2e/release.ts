// Releases for end-to-end tests: the binary under test with other version numbers and with a key of the test's own.
import { releaseKeys } from "../../src/service/release_key.ts";
import { hostTarget } from "../../scripts/compile/targets.ts";

/** Why no release can be made here; null when one can. */
export const releaseObstacle = Deno.env.get("AGENT_RUNNER_BIN") === undefined
  ? "AGENT_RUNNER_BIN names no compiled binary"
  : hostTarget() === null
  ? "no binary is made for this machine"
  : null;

/** Name of the binary for this machine in a release. */
export const binaryFile = `agent-runner-${hostTarget()?.name}`;

const encoder = new TextEncoder();
const versionMark = /\{name:"agent-runner",version:"(\d+\.\d+\.\d+)"/;
/** The program's own text stands at the end of a binary. */
const payloadBytes = 8 * 1024 * 1024;

/** A key pair that only this test process has. */
export class TestKey {
  private constructor(readonly pair: CryptoKeyPair, readonly publicKey: string) {}

  static async make(): Promise<TestKey> {
    const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return new TestKey(pair, btoa(String.fromCharCode(...raw)));
  }

  async sign(text: string): Promise<Uint8Array> {
    return new Uint8Array(await crypto.subtle.sign("Ed25519", this.pair.privateKey, encoder.encode(text)));
  }
}

/**
 * The binary under test as another version (of as many characters) that trusts the key of the test. Its bytes are changed,
 * because nothing that a user could set may change whom a binary trusts.
 */
export function binaryOf(version: string, key: TestKey): Uint8Array {
  const bytes = Deno.readFileSync(Deno.env.get("AGENT_RUNNER_BIN")!);
  const start = Math.max(0, bytes.length - payloadBytes);
  const payload = new TextDecoder("latin1").decode(bytes.subarray(start));
  const mark = versionMark.exec(payload);
  const keyAt = payload.indexOf(releaseKeys[0]!);
  if (mark === null || keyAt < 0 || mark[1]!.length !== version.length) {
    throw new Error("the binary cannot be made over");
  }
  bytes.set(encoder.encode(version), start + mark.index + mark[0].length - 1 - version.length);
  bytes.set(encoder.encode(key.publicKey), start + keyAt);
  return bytes;
}

/** Writes the files of a release into a folder. */
export async function writeRelease(
  folder: string,
  { version, binary, key }: { readonly version: string; readonly binary: Uint8Array; readonly key: TestKey },
): Promise<void> {
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeFileSync(`${folder}/${binaryFile}`, binary);
  Deno.writeTextFileSync(`${folder}/VERSION`, `${version}\n`);
  const lines = [];
  for (const name of [binaryFile, "VERSION"]) {
    lines.push(`${await sumOf(Deno.readFileSync(`${folder}/${name}`))}  ${name}\n`);
  }
  Deno.writeTextFileSync(`${folder}/SHA256SUMS`, lines.join(""));
  Deno.writeFileSync(`${folder}/SHA256SUMS.sig`, await key.sign(lines.join("")));
}

export async function sumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A release server on this machine that can fail. */
export class ReleaseServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #open = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** Bytes after which the connection of a binary breaks, one per request; none: it does not. */
  breaks: number[] = [];
  /** Range headers of the requests for a binary. */
  readonly ranges: (string | null)[] = [];
  /** Sends only so much of the binary, and says that this is all. */
  cutAt: number | null = null;
  /** Bytes after which it sends no more, until it is closed. */
  stallsAt: number | null = null;

  constructor(readonly folder: string) {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  #answer(request: Request): Response {
    const name = new URL(request.url).pathname;
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = Deno.readFileSync(`${this.folder}${name}`);
    } catch {
      return new Response("no such file", { status: 404 });
    }
    if (!name.endsWith(binaryFile)) return new Response(bytes);
    if (this.cutAt !== null) bytes = bytes.subarray(0, this.cutAt);
    const range = request.headers.get("range");
    this.ranges.push(range);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (from >= bytes.length) return new Response(null, { status: 416 });
    const end = this.breaks.shift() ?? this.stallsAt ?? bytes.length;
    const isStalling = this.stallsAt !== null;
    let at = from;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void this.#open.add(controller),
      pull: (controller) => {
        const next = Math.min(at + 256 * 1024, Math.max(end, from), bytes.length);
        if (next > at) controller.enqueue(bytes.subarray(at, next));
        else if (at >= bytes.length) controller.close();
        else if (isStalling) return new Promise(() => {});
        else controller.error(new Error("dies"));
        at = next;
      },
      cancel: () => {},
    });
    const headers = {
      "content-length": String(bytes.length - from),
      "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    };
    return new Response(body, { status: range === null ? 200 : 206, headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
