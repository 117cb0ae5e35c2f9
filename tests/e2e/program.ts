// The program under test: from source, from the bundle AGENT_RUNNER_BUNDLE names, or the binary AGENT_RUNNER_BIN names.
import { fromFileUrl } from "./paths.ts";
import { runFlags } from "../../scripts/permissions.ts";

/** What a binary embeds: it starts in less time, which a suite that starts it a thousand times feels. */
const bundle = Deno.env.get("AGENT_RUNNER_BUNDLE");
const main = bundle ? `${bundle}/main.js` : fromFileUrl(new URL("../../main.ts", import.meta.url));

/** First words of every call. */
export function program(): string[] {
  const binary = Deno.env.get("AGENT_RUNNER_BIN");
  return binary ? [binary] : [Deno.execPath(), "run", "--quiet", ...runFlags(), main];
}
