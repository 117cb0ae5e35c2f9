// Feeds a reader with records and lines as a test writes them down, and proves what every such reader owes.
import assert from "node:assert/strict";
import type { Agent, AgentReader } from "../../src/core/agent.ts";
import type { Ending } from "../../src/core/round.ts";
import { golden } from "./golden.ts";

export type Fields = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

/** Makes readers that have read these records and lines of text. @param now epoch milliseconds at which they were written */
export function readerOf(agent: Agent, now: number) {
  return (lines: readonly (Fields | string)[], command: readonly string[] = []): AgentReader => {
    const made = agent.createReader({ command, now: () => now, timeZone: "UTC" });
    const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
    made.push(encoder.encode(`${text}\n`));
    return made;
  };
}

/** The record with another value at a path of keys. */
export function replaced(fields: Fields, path: readonly string[], value: unknown): Fields {
  const [key = "", ...rest] = path;
  const inner = fields[key];
  const isDeeper = rest.length > 0 && typeof inner === "object" && inner !== null;
  return { ...fields, [key]: isDeeper ? replaced(inner as Fields, rest, value) : value };
}

/** Proves that a run is never judged ok, cut at whatever byte before the brace that ends its last record. */
export function assertNeverOkWhenCut(agent: Agent, cli: string, names: readonly string[]): void {
  const exit0: Ending = { kind: "exited", code: 0 };
  for (const name of names) {
    const output = golden(cli, name).stdout;
    const lastByte = output.findLastIndex((byte) => byte === 0x7d);
    const made = agent.createReader();
    for (let at = 0; at < lastByte; at++) {
      assert.notEqual(made.judge(exit0).kind, "ok", `${name} cut at byte ${at}`);
      made.push(output.subarray(at, at + 1));
    }
    made.push(output.subarray(lastByte, lastByte + 1));
    assert.equal(made.judge(exit0).kind, "ok", name);
  }
}

/** Proves that a run with these records is taken for what its end says, and for nothing else without one. */
export function assertTakenForProse(
  read: (records: readonly (Fields | string)[]) => AgentReader,
  run: {
    readonly records: readonly (Fields | string)[];
    readonly end: Fields;
    readonly wall: Ending;
    readonly text: string;
  },
): void {
  const { records, end, wall, text } = run;
  const exit0: Ending = { kind: "exited", code: 0 };
  const done = read([...records, end]).judge(exit0);
  assert.deepEqual([done.kind, done.waitClass], ["ok", null], text);
  const cut = read(records);
  assert.equal(cut.observe().early, null, text);
  assert.equal(cut.judge(wall).kind, "hung", text);
  assert.equal(cut.judge(exit0).kind, "no_result", text);
}
