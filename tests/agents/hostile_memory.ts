// Feeds the readers it is given endless output and prints by how much the process grew, for hostile_memory_test.ts.
import type { AgentReader } from "../../src/core/agent.ts";
import { recordings, registered } from "./feeding.ts";
import { recordLines } from "./mutation.ts";

const encoder = new TextEncoder();
const pushBytes = 256 * 1024;
const megabyte = 1e6;

function block(text: string): Uint8Array {
  return encoder.encode(text.repeat(Math.ceil(pushBytes / text.length)));
}

const wide = block("x".repeat(1000));
const objects = block('{"a":[1,"x"]},');
const tiny = block('ok\n{}\n\n{"type":"x"}\n{\n');
const spelled = block("Error: 429 Too Many Requests, retrying after 5 s\n");

/** What is fed, push by push. */
const loads: Readonly<Record<string, (reader: AgentReader, name: string) => Generator<void>>> = {
  *endless(reader) {
    for (let i = 0; i < 1000; i++) yield reader.push(wide);
  },
  *object(reader) {
    reader.push(encoder.encode('{"type":"result","a":['));
    for (let i = 0; i < 1000; i++) yield reader.push(objects);
  },
  *tiny(reader) {
    for (let i = 0; i < 25; i++) yield reader.push(tiny);
  },
  *spoken(reader) {
    for (let i = 0; i < 100; i++) yield reader.push(spelled);
  },
  *terminal(reader, name) {
    const last = lastRecordOf(name);
    const piece = encoder.encode(`${"word ".repeat(pushBytes / 5)}`);
    reader.push(encoder.encode(`${last.slice(0, -1)},"padding":"`));
    for (let i = 0; i < 12 * megabyte / pushBytes; i++) yield reader.push(piece);
    yield reader.push(encoder.encode('"}'));
    yield reader.push(encoder.encode("\n"));
  },
};

function lastRecordOf(name: string): string {
  const golden = recordings.find((one) => one.reader === name && one.name === "tool");
  return (golden && recordLines(golden).at(-1)) ?? '{"type":"result","subtype":"success","is_error":false}';
}

function rss(): number {
  return Deno.memoryUsage().rss / megabyte;
}

for (const [name, agent] of registered) {
  if (!Deno.args.includes(name)) continue;
  for (const [load, feed] of Object.entries(loads)) {
    const reader = agent.createReader();
    const before = rss();
    let most = before;
    for (const _ of feed(reader, name)) {
      reader.observe();
      most = Math.max(most, rss());
    }
    reader.judge({ kind: "exited", code: 1 });
    reader.lastLines();
    const megabytes = Math.round(Math.max(most, rss()) - before);
    await Deno.stdout.write(encoder.encode(`${JSON.stringify({ load, megabytes })}\n`));
  }
}
