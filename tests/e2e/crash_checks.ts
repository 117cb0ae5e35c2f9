// What must be true of a project whatever died on the way: nothing left running, nothing twice, every file whole.
import assert from "node:assert/strict";
import { exists, names } from "./project.ts";
import type { EventRecord, Project } from "./project.ts";

/** Kinds of which a round has exactly one, in this order. */
const onceEach = ["round_start", "agent_exit", "round_verdict", "round_end"] as const;

export interface Expectation {
  /** Rounds that must be on record at least. */
  readonly atLeast: number;
}

/** Fails when anything is not as it must be after serve has left. */
export async function checkSettled(project: Project, expected: Expectation): Promise<void> {
  assert.deepEqual(await project.processes(), [], "processes were left behind");
  assert.deepEqual(overlaps(project), [], "two agents ran at once");
  checkFiles(project);
  const numbers = checkRounds(project);
  assert.ok(numbers.length >= expected.atLeast, `${numbers.length} rounds instead of ${expected.atLeast}`);
  checkStatus(project, numbers);
}

/** Rounds whose agent met another one, or what another one left running. */
export function overlaps(project: Project): string[] {
  const path = `${project.out}/overlaps`;
  return exists(path) ? Deno.readTextFileSync(path).split("\n").filter((line) => line !== "") : [];
}

/** Round numbers in the order in which agents began. */
export function agentStarts(project: Project): number[] {
  const path = `${project.out}/starts`;
  if (!exists(path)) return [];
  return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "").map((line) =>
    Number(line.split(" ")[0])
  );
}

/** Every file of the log folder that holds JSON is whole, every link leads to a file, nothing half-written lies about. */
export function checkFiles(project: Project): void {
  for (const name of names(project.logs)) {
    const path = `${project.logs}/${name}`;
    const info = Deno.lstatSync(path);
    if (info.isSymlink) assert.ok(leadsSomewhere(path), `'${name}' leads nowhere`);
    if (!info.isFile) continue;
    assert.equal((info.mode ?? 0) & 0o077, 0, `'${name}' may be read by others`);
    if (name.endsWith(".json")) JSON.parse(Deno.readTextFileSync(path));
    if (name.endsWith(".jsonl")) checkLines(path);
  }
  const halves = [...names(project.logs), ...names(`${project.logs}/rounds`)].filter((n) => /\.\d+-\d+\.tmp$/.test(n));
  assert.deepEqual(halves, [], "half-written files were left");
}

function leadsSomewhere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** A line that was torn by a crash is ended and alone: what follows it is whole. */
function checkLines(path: string): void {
  const text = Deno.readTextFileSync(path);
  assert.ok(text.endsWith("\n"), `'${path}' ends within a line`);
  for (const line of text.split("\n").slice(0, -1)) {
    try {
      JSON.parse(line);
    } catch {
      assert.equal(line.indexOf('{"ts"', 1), -1, `a torn line swallowed another: ${line}`);
      assert.ok(line.startsWith('{"ts"'), `no line of ours: ${line}`);
    }
  }
}

/** @returns the numbers on record, checked to be 1, 2, 3 ... with every happening of each round once and in order. */
export function checkRounds(project: Project): number[] {
  const events = project.events();
  const numbers = events.filter(({ event }) => event === "round_start").map(({ round_num }) => round_num as number);
  assert.deepEqual(numbers, numbers.map((_, i) => i + 1), "round numbers are not 1, 2, 3 ...");
  for (const number of numbers) checkRound(number, events.filter(({ round_num }) => round_num === number));
  const started = agentStarts(project);
  assert.equal(new Set(started).size, started.length, `a number was used for two agents: ${started}`);
  assert.deepEqual(started.filter((number) => !numbers.includes(number)), [], "an agent ran in a round without record");
  const logs = names(`${project.logs}/rounds`).filter((name) => name.endsWith(".log")).map((name) =>
    Number(/^R(\d+)-/.exec(name)?.[1])
  );
  assert.equal(new Set(logs).size, logs.length, `a number has two logs: ${logs}`);
  return numbers;
}

function checkRound(number: number, events: readonly EventRecord[]): void {
  const kinds = events.map(({ event }) => event);
  for (const kind of onceEach) {
    assert.equal(kinds.filter((found) => found === kind).length, 1, `round ${number}, ${kind}: ${kinds.join(" ")}`);
  }
  const order = onceEach.map((kind) => kinds.indexOf(kind));
  assert.deepEqual(order, order.toSorted((a, b) => a - b), `round ${number} is out of order: ${kinds.join(" ")}`);
  for (const kind of ["agent_spawn", "agent_usage_recorded", "round_substrate_after", "transient_error_detected"]) {
    const count = kinds.filter((found) => found === kind).length;
    assert.ok(count <= 1, `round ${number}, ${count} x ${kind}: ${kinds.join(" ")}`);
  }
}

function checkStatus(project: Project, numbers: readonly number[]): void {
  const status = project.status();
  assert.equal(status.round_num, numbers.at(-1) ?? 0);
  assert.equal(status.running, false);
  assert.equal(status.current, undefined);
  assert.equal(status.waiting, undefined);
  for (const name of ["serve.pid", "agent-runner.lock.holder"]) {
    assert.equal(exists(`${project.logs}/${name}`), false, `'${name}' was left`);
  }
}
