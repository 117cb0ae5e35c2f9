// Service managers that are scripted: what they were asked, and what they answer.
import type { RunOutcome, RunSpec } from "../../src/ports/processes.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";

export interface Answer {
  readonly code?: number;
  readonly out?: string;
  readonly err?: string;
}

/** Words of a call -> its answer; the first pattern that matches counts, and what none matches succeeds in silence. */
export type Script = readonly (readonly [pattern: RegExp, answer: Answer | "absent" | "silent"])[];

export function answerTo(spec: RunSpec, script: Script): RunOutcome {
  const line = spec.argv.join(" ");
  const answer = script.find(([pattern]) => pattern.test(line))?.[1] ?? {};
  if (answer === "absent") return { kind: "absent", reason: "no such program" };
  if (answer === "silent") return { kind: "timed_out" };
  const encoder = new TextEncoder();
  const { code = 0, out = "", err = "" } = answer;
  return { kind: "exited", code, stdout: encoder.encode(out), stderr: encoder.encode(err), isCut: false };
}

export function scripted(script: Script = []) {
  const processes = new FakeProcesses(new FakeClock());
  processes.answer = (spec) => answerTo(spec, script);
  return { processes, calls: () => processes.ran.map(({ argv }) => argv.join(" ")) };
}
