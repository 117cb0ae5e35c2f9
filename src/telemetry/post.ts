// One request to a collector, and what its answer means.
import { post } from "../ports/post.ts";
import type { Processes } from "../ports/processes.ts";
import type { Destination } from "./settings.ts";

/** `taken`: it has it. `refused`: it never will. `unreachable`: later perhaps. Reasons are for people, without the address. */
export type PostOutcome =
  | { readonly kind: "taken" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "unreachable"; readonly reason: string };

/** Answers after which the same request may get another one. */
const passing = [408, 425, 429, 502, 503, 504];

const silences = {
  absent: "curl, which sends it, is not installed here",
  late: "the collector does not answer in time",
  failed: "the collector cannot be reached",
} as const;

/** Sends a JSON text. */
export async function postJson(
  body: string,
  { url, headers, timeoutMs, certificate }: Destination,
  { processes, stop }: { readonly processes: Processes; readonly stop?: AbortSignal },
): Promise<PostOutcome> {
  const request = {
    url,
    headers: { "Content-Type": "application/json", ...Object.fromEntries(headers) },
    body,
    certificate,
  };
  const reply = await post(request, { timeoutMs, ...(stop === undefined ? {} : { stop }) }, { processes });
  if (reply.kind === "silent") return { kind: "unreachable", reason: silences[reply.cause] };
  const { status } = reply;
  if (status < 300) return { kind: "taken" };
  const kind = passing.includes(status) ? "unreachable" : "refused";
  return { kind, reason: `the collector answers with status ${status}` };
}
