// What the tests of automatic commits share: outcomes of one kind, and hooks of a repository.
import assert from "node:assert/strict";
import type { StepOutcome } from "../../src/vcs/step.ts";
import type { TempRepository } from "./temp_repository.ts";

type Of<Kind extends StepOutcome["kind"]> = StepOutcome & { kind: Kind };

export function committed(outcome: StepOutcome): Of<"committed"> {
  assert.equal(outcome.kind, "committed", JSON.stringify(outcome));
  return outcome as Of<"committed">;
}

export function failure(outcome: StepOutcome): Of<"failed"> {
  assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
  return outcome as Of<"failed">;
}

/** Gives the repository a hook of git: a script of `sh`. */
export async function setHook({ root }: TempRepository, name: string, script: string): Promise<void> {
  const path = `${root}/.git/hooks/${name}`;
  Deno.mkdirSync(`${root}/.git/hooks`, { recursive: true });
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`);
  await Deno.chmod(path, 0o755);
}
