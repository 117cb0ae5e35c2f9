// Web requests through curl(1): the program itself may reach no host, so that what it serves on this machine cannot either.
import { messageOf } from "../../core/errors.ts";
import type { Web, WebAnswer } from "../web.ts";
import { WebFault } from "../web.ts";

/** Answers after which the same question may get another one. */
const passing = [408, 425, 429, 500, 502, 503, 504];
/** Exit codes of curl that no further try changes: a bad address, a redirect that is not safe, or too many of them. */
const final = [1, 3, 47];
const headBytes = 64 * 1024;
/** A server that drips on without ever being done is not waited for longer. */
const usualLongestSeconds = 3600;
const saidBytes = 4096;

/** @param options `longestSeconds`: of one answer, until its end */
export function denoWeb({ longestSeconds = usualLongestSeconds } = {}): Web {
  return { get: (url, options) => get(url, { ...options, longestSeconds }) };
}

interface Wanted {
  readonly from: number;
  readonly silenceMs: number;
  readonly longestSeconds: number;
}

/** Over https to any host; no redirect leads anywhere without it. The address is not shown in the list of processes. */
function callOf({ from, silenceMs, longestSeconds }: Wanted): string[] {
  const silence = String(Math.max(1, Math.ceil(silenceMs / 1000)));
  return [
    ...["-q", "--silent", "--show-error", "--include", "--location", "--globoff", "--no-buffer"],
    ...["--suppress-connect-headers", "--max-redirs", "5", "--proto", "=http,https", "--proto-redir", "=https"],
    ...["--connect-timeout", silence, "--speed-limit", "1", "--speed-time", silence],
    ...["--max-time", String(longestSeconds)],
    ...(from > 0 ? ["--range", `${from}-`] : []),
    ...["--config", "-"],
  ];
}

async function get(url: string, wanted: Wanted): Promise<WebAnswer> {
  let child: Deno.ChildProcess;
  try {
    const words = { args: callOf(wanted), stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    child = new Deno.Command("curl", words).spawn();
  } catch {
    return { kind: "failed", reason: "curl, which gets it, is not installed here", mayPass: false };
  }
  const said = tailOf(child.stderr);
  const reader = child.stdout.getReader();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`url = ${JSON.stringify(new URL(url).href)}\n`)).catch(() => {});
  await writer.close().catch(() => {});
  const close = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It is over already.
    }
    void reader.cancel().catch(() => {});
  };
  const head = await readHead(reader);
  if (head === null) {
    close();
    const { code } = await child.status;
    return { kind: "failed", reason: spell(await said, code), mayPass: !final.includes(code) };
  }
  const { status, headers, rest } = head;
  const offset = status === 206 ? startOf(headers.get("content-range")) : status === 200 ? 0 : null;
  if (offset === null) {
    close();
    await child.status;
    if (status === 404 || status === 410 || status === 416) return { kind: "absent" };
    return { kind: "failed", reason: `the server answers with status ${status}`, mayPass: passing.includes(status) };
  }
  const length = headers.get("content-length") ?? "";
  let first: Uint8Array | null = rest.length > 0 ? rest : null;
  return {
    kind: "found",
    offset,
    totalBytes: /^\d{1,15}$/.test(length) ? offset + Number(length) : null,
    async read() {
      if (first !== null) {
        const piece = first;
        first = null;
        return piece;
      }
      const { value } = await reader.read();
      if (value !== undefined) return value;
      const { code } = await child.status;
      if (code !== 0) throw new WebFault(spell(await said, code));
      return null;
    },
    close,
  };
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** What came with it of the file. */
  readonly rest: Uint8Array;
}

/** The head of the last answer: those of redirects come before it. Null when curl ends without one. */
async function readHead(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Head | null> {
  let got = new Uint8Array();
  for (;;) {
    const text = new TextDecoder("latin1").decode(got);
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) {
      const [first = "", ...lines] = text.slice(0, end).split("\r\n");
      const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(first)?.[1] ?? 0);
      const pairs = lines.map((line) =>
        [line.split(":", 1)[0]!.toLowerCase(), line.replace(/^[^:]*:\s*/, "")] as const
      );
      const headers = new Map(pairs);
      const rest = got.subarray(end + 4);
      const isOnTheWay = status < 200 || (status >= 300 && status < 400 && headers.has("location"));
      if (!isOnTheWay) return { status, headers, rest };
      got = rest.slice();
      continue;
    }
    const { value } = await reader.read();
    if (value === undefined || got.length > headBytes) return null;
    const longer = new Uint8Array(got.length + value.length);
    longer.set(got);
    longer.set(value, got.length);
    got = longer;
  }
}

async function tailOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const piece of stream) text = (text + decoder.decode(piece, { stream: true })).slice(-saidBytes);
  return text;
}

/** Without the address: there may be a password in it. */
function spell(said: string, code: number): string {
  const words = messageOf(said).replace(/^curl: \(\d+\) /, "").replaceAll(/\b[a-z]+:\/\/\S*/g, "the address");
  return words === "" ? `curl ended with exit code ${code}` : words;
}

/** Where a partial answer begins; null when it does not say. */
function startOf(range: string | undefined | null): number | null {
  const start = /^bytes (\d{1,15})-/.exec(range ?? "")?.[1];
  return start === undefined ? null : Number(start);
}
