// Tries a new binary before it may take the place of the old one: is it what it says, and can it read this project.
import { clip } from "../core/text.ts";
import { messageOf } from "../core/errors.ts";
import type { Processes } from "../ports/processes.ts";
import { isObject } from "../store/json_file.ts";

const timeoutMs = 60_000;
const saidCharacters = 160;

/** What is tried. */
export interface SmokeSpec {
  readonly binary: string;
  readonly version: string;
  /** Absolute path of the project's configuration; null without a project. */
  readonly config: string | null;
}

/** Null when all is well, or what is not, for people. */
export async function smokeTest(spec: SmokeSpec, processes: Processes): Promise<string | null> {
  const said = await versionOf(spec.binary, processes);
  if (said.fault !== undefined) return said.fault;
  if (said.version !== spec.version) return `it says that it is '${said.version}', not version ${spec.version}`;
  if (spec.config === null) return null;
  const call = [spec.binary, "--config", spec.config];
  const check = await ask([...call, "config", "check"], "'config check'", processes);
  if (check.fault !== undefined) return check.fault;
  const peek = await ask([...call, "peek", "--json"], "'peek --json'", processes);
  if (peek.fault !== undefined) return peek.fault;
  return hasView(peek.out) ? null : "'peek --json' answers with something else than the view of a project";
}

/** The version that a binary tells of itself. */
export async function versionOf(
  binary: string,
  processes: Processes,
): Promise<{ readonly version: string; readonly fault?: undefined } | { readonly fault: string }> {
  const answer = await ask([binary, "--version"], "'--version'", processes);
  if (answer.fault !== undefined) return answer;
  return { version: clip(answer.out.trim().replace(/^agent-runner /, ""), saidCharacters) };
}

type Answer = { readonly out: string; readonly fault?: undefined } | { readonly fault: string };

async function ask(argv: readonly string[], name: string, processes: Processes): Promise<Answer> {
  const outcome = await processes.run({ argv, timeoutMs });
  switch (outcome.kind) {
    case "absent":
      return { fault: `it cannot be run: ${messageOf(outcome.reason)}` };
    case "timed_out":
      return { fault: `${name} did not answer within ${timeoutMs / 1000} s` };
    case "exited": {
      const decoder = new TextDecoder();
      const out = decoder.decode(outcome.stdout);
      if (outcome.code === 0) return { out };
      const words = messageOf(`${decoder.decode(outcome.stderr)}\n${out}`);
      return { fault: `${name} ended with exit code ${outcome.code}: ${clip(words, saidCharacters)}` };
    }
    default:
      return outcome satisfies never;
  }
}

function hasView(text: string): boolean {
  try {
    const view: unknown = JSON.parse(text);
    return isObject(view) && typeof view.schema_version === "string";
  } catch {
    return false;
  }
}
