// Posts through curl(1), as the upgrade fetches: the program itself may reach no host. Nothing secret is on its command line.
import type { Processes } from "./processes.ts";

/** One POST. */
export interface WebRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** File with the certificates of authorities to trust; absent or null: those of the system. */
  readonly certificate?: string | null;
}

/** What a server said, or why it said nothing. */
export type WebReply =
  | {
    readonly kind: "answered";
    readonly status: number;
    /** By lower-case name. */
    readonly headers: ReadonlyMap<string, string>;
    /** Its beginning. */
    readonly body: string;
  }
  | {
    readonly kind: "silent";
    /** `absent`: there is no curl; `late`: the time was over; `failed`: anything else. */
    readonly cause: "absent" | "late" | "failed";
    /** For people; of `failed` it may name the host. */
    readonly reason: string;
  };

export interface PostLimits {
  readonly timeoutMs: number;
  readonly stop?: AbortSignal;
}

const answerBytes = 16 * 1024;
/** curl keeps its own deadline; this one is for a curl that does not. */
const graceMs = 2000;
const timeoutCode = 28;
/** An answer that would be too long; its head is there, but for the line that ends it. */
const tooLongCode = 63;

/** Posts once; follows no redirect, for what is sent is meant for one server alone. Never rejects for what a server does. */
export async function post(
  request: WebRequest,
  { timeoutMs, stop }: PostLimits,
  { processes }: { readonly processes: Processes },
): Promise<WebReply> {
  const seconds = String(timeoutMs / 1000);
  const outcome = await processes.run({
    argv: [
      ...["curl", "-q", "--silent", "--show-error", "--include", "--globoff", "--suppress-connect-headers"],
      ...["--proto", "=http,https", "--max-time", seconds, "--connect-timeout", seconds],
      ...["--max-filesize", String(answerBytes), "--config", "-"],
    ],
    timeoutMs: timeoutMs + graceMs,
    maxOutputBytes: answerBytes,
    keeps: "start",
    stdin: new TextEncoder().encode(configOf(request)),
    ...(stop === undefined ? {} : { stop }),
  });
  if (outcome.kind === "absent") {
    return { kind: "silent", cause: "absent", reason: "curl, which sends it, is not installed here" };
  }
  // Once a server has said that it took the message, it does not matter whether it ever ended its answer.
  const end = outcome.kind === "exited" && outcome.code === tooLongCode ? "\r\n\r\n" : "";
  const answer = outcome.stdout === undefined ? null : parseAnswer(new TextDecoder().decode(outcome.stdout) + end);
  if (answer !== null) return answer;
  if (outcome.kind === "timed_out" || outcome.code === timeoutCode) {
    return { kind: "silent", cause: "late", reason: `no answer within ${seconds} s` };
  }
  const said = new TextDecoder().decode(outcome.stderr).trim();
  const words = said.replace(/^curl: \(\d+\) /, "").replaceAll(/\b[a-z]+:\/\/\S*/g, "the address");
  return {
    kind: "silent",
    cause: "failed",
    reason: words === "" ? `curl ended with exit code ${outcome.code}` : words,
  };
}

function configOf({ url, headers, body, certificate = null }: WebRequest): string {
  const lines = [
    ["url", new URL(url).href],
    ["request", "POST"],
    ...Object.entries(headers).map(([name, value]) => ["header", `${name}: ${value}`]),
    // Servers that do not know it make curl wait a second.
    ["header", "Expect:"],
    ...(certificate === null ? [] : [["cacert", certificate]]),
    ["data-raw", body],
  ];
  return lines.map(([name, value]) => `${name} = ${quote(value!)}\n`).join("");
}

function quote(value: string): string {
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll(/[\r\n]+/g, " ");
  return `"${escaped}"`;
}

/** The last head that is no mere announcement; null when there is none as a whole. */
function parseAnswer(text: string): WebReply | null {
  let rest = text;
  for (;;) {
    const end = rest.indexOf("\r\n\r\n");
    const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(rest)?.[1] ?? 0);
    if (end < 0 || status === 0) return null;
    const lines = rest.slice(0, end).split("\r\n").slice(1);
    const headers = new Map(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }));
    rest = rest.slice(end + 4);
    if (status >= 200) return { kind: "answered", status, headers, body: rest };
  }
}
