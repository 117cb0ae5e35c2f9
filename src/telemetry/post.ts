// One request to a collector, through curl(1): the program itself may reach no host, and nothing of it waits.
import type { Processes } from "../ports/processes.ts";
import type { Destination } from "./settings.ts";

/** `taken`: it has it. `refused`: it never will. `unreachable`: later perhaps. Reasons are for people, without the address. */
export type PostOutcome =
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string };

/** Answers after which the same request may get another one. */
const passing = [408, 425, 429, 502, 503, 504];
/** Above what curl may take by itself to stop. */
const slackMs = 500;

/** Sends a JSON text. The address, the headers and the text are shown in no list of processes. */
export async function postJson(
  body: string,
  { url, headers, timeoutMs, certificate }: Destination,
  { processes, stop }: { readonly processes: Processes; readonly stop?: AbortSignal },
): Promise<PostOutcome> {
  const lines = [
    `url = ${quoted(url)}`,
    ...[["Content-Type", "application/json"] as const, ...headers].map(([name, value]) =>
      `header = ${quoted(`${name}: ${value}`)}`
    ),
    // No question first whether the text may come: some collectors never answer it.
    'header = "Expect:"',
    ...(certificate === null ? [] : [`cacert = ${quoted(certificate)}`]),
    `data-binary = ${quoted(body)}`,
  ];
  const outcome = await processes.run({
    argv: [
      ...["curl", "-q", "--silent", "--globoff", "--proto", "=http,https", "--max-time", String(timeoutMs / 1000)],
      ...["--output", "/dev/null", "--write-out", "%{http_code}", "--config", "-"],
    ],
    timeoutMs: timeoutMs + slackMs,
    maxOutputBytes: 1024,
    stdin: new TextEncoder().encode(`${lines.join("\n")}\n`),
    ...(stop === undefined ? {} : { stop }),
  });
  switch (outcome.kind) {
    case "absent":
      return { kind: "unreachable", reason: "curl, which sends it, is not installed here" };
    case "timed_out":
      return { kind: "unreachable", reason: "the collector does not answer in time" };
    case "exited": {
      const status = Number(new TextDecoder().decode(outcome.stdout));
      if (outcome.code === 0 && status >= 200 && status < 300) return { kind: "taken" };
      const reason = outcome.code === 0
        ? `the collector answers with status ${status}`
        : outcome.code === 28
        ? "the collector does not answer in time"
        : `the collector cannot be reached (curl ends with exit code ${outcome.code})`;
      return { kind: outcome.code === 0 && !passing.includes(status) ? "refused" : "unreachable", reason };
    }
    default:
      return outcome satisfies never;
  }
}

/** In the quotes of curl's configuration, which knows these escapes; a text in JSON has no others. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
