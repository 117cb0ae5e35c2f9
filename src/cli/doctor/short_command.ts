// Asks the machine something with a short command, for checks that only want its words.
import type { Processes } from "../../ports/processes.ts";

const timeoutMs = 5_000;
const outputBytes = 64 * 1024;

/** `absent`: no such program. `silent`: no answer in time. */
export type Answer =
  | {
    readonly kind: "answered";
    readonly code: number;
    /** Standard output and standard error without white space around them. */
    readonly out: string;
    readonly err: string;
  }
  | { readonly kind: "absent" }
  | { readonly kind: "silent" };

/** Runs a command in the C locale and waits at most five seconds for it. */
export async function ask(argv: readonly string[], processes: Processes): Promise<Answer> {
  const outcome = await processes.run({
    argv,
    environment: { LC_ALL: "C" },
    timeoutMs,
    maxOutputBytes: outputBytes,
  });
  switch (outcome.kind) {
    case "exited": {
      const decoder = new TextDecoder();
      const [out, err] = [outcome.stdout, outcome.stderr].map((bytes) => decoder.decode(bytes).trim());
      return { kind: "answered", code: outcome.code, out: out!, err: err! };
    }
    case "absent":
      return { kind: "absent" };
    case "timed_out":
      return { kind: "silent" };
    default:
      return outcome satisfies never;
  }
}

/** The output of a command that succeeded; null in every other case. */
export async function wordOf(argv: readonly string[], processes: Processes): Promise<string | null> {
  const answer = await ask(argv, processes);
  return answer.kind === "answered" && answer.code === 0 ? answer.out : null;
}
