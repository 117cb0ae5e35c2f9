// The program under test: from source, or the compiled binary that AGENT_RUNNER_BIN names.
import { fromFileUrl } from "./paths.ts";
import { runFlags } from "../../scripts/permissions.ts";

const main = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** First words of every call. */
export function program(): string[] {
  const binary = Deno.env.get("AGENT_RUNNER_BIN");
  return binary ? [binary] : [Deno.execPath(), "run", "--quiet", ...runFlags(), main];
}
