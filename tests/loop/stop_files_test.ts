// Guards the files that ask a loop to end, also when they are large, binary or not to be read.
import assert from "node:assert/strict";
import { StopFiles } from "../../src/loop/stop_files.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const sentinel = "/home/me/shop/logs/.agent-done";
const stopFile = "/home/me/shop/STOP";
const toml = withLines({ runtime: 'stop_file = "STOP"' });

function open(text = toml) {
  const files = new MemoryFiles();
  return { files, stop: new StopFiles(configOf(text), files) };
}

Deno.test("StopFiles finds nothing where nothing is", () => {
  const { stop } = open();
  assert.equal(stop.exists(), false);
  assert.equal(stop.read(), null);
  assert.equal(stop.clearSentinel(), false);
});

Deno.test("StopFiles gives the agent's sentinel with its reason, before the stop file", () => {
  const { files, stop } = open();
  files.writeAtomic(stopFile, "please");
  assert.ok(stop.exists());
  assert.deepEqual(stop.read(), { kind: "stop_file", path: stopFile, content: "please" });
  files.writeAtomic(sentinel, "all done");
  assert.deepEqual(stop.read(), { kind: "agent_done", reason: "all done" });
});

Deno.test("StopFiles does not know a stop file that was not configured", () => {
  const { files, stop } = open(smallest);
  files.writeAtomic(stopFile, "");
  assert.equal(stop.exists(), false);
});

Deno.test("StopFiles clears the sentinel and nothing else", () => {
  const { files, stop } = open();
  files.writeAtomic(sentinel, "");
  files.writeAtomic(stopFile, "");
  assert.equal(stop.clearSentinel(), true);
  assert.deepEqual(files.paths(), [stopFile]);
});

Deno.test("StopFiles gives 200 characters at most, also of a huge or binary file", () => {
  const { files, stop } = open();
  files.writeAtomic(sentinel, "é".repeat(5_000_000));
  const found = stop.read();
  assert.equal(found?.kind === "agent_done" && found.reason, "é".repeat(200));
  files.writeAtomic(sentinel, new Uint8Array([0xff, 0xfe, 0, 1]));
  assert.equal(stop.read()?.kind, "agent_done");
});

Deno.test("StopFiles masks secrets before it cuts", () => {
  const { files, stop } = open();
  const secret = `sk-ant-api03-${"a1B2".repeat(20)}`;
  files.writeAtomic(sentinel, `${"x".repeat(180)} ${secret}`);
  assert.ok(!JSON.stringify(stop.read()).includes("a1B2a1B2"));
});

Deno.test("StopFiles counts a folder or a dangling link as a request without words", () => {
  const { files, stop } = open();
  files.link(sentinel, "nowhere");
  assert.ok(stop.exists());
  assert.deepEqual(stop.read(), { kind: "agent_done", reason: "" });
  files.remove(sentinel);
  files.makeDir(stopFile);
  assert.deepEqual(stop.read(), { kind: "stop_file", path: stopFile, content: "" });
});

Deno.test("StopFiles goes on where it may not look", () => {
  const { files, stop } = open();
  files.writeAtomic(sentinel, "");
  files.failWith("/home/me/shop", "denied");
  assert.equal(stop.exists(), false);
  assert.equal(stop.read(), null);
  assert.equal(stop.clearSentinel(), false);
});

Deno.test("StopFiles puts the sentinel aside, and says whether it is gone", () => {
  const { files, stop } = open();
  files.writeAtomic(sentinel, "all done");
  files.makeDir("/home/me/shop/logs/rounds");
  assert.equal(stop.putAside("/home/me/shop/logs/rounds/R1.done.txt"), true);
  assert.equal(files.readText("/home/me/shop/logs/rounds/R1.done.txt"), "all done");
  assert.equal(stop.putAside("/home/me/shop/logs/rounds/R2.done.txt"), true, "there is none");
  files.writeAtomic(sentinel, "again");
  files.rename = () => {
    throw new Error("denied");
  };
  assert.equal(stop.putAside("/home/me/shop/logs/rounds/R3.done.txt"), false);
});

Deno.test("StopFiles tells the operator's file alone", () => {
  const { files, stop } = open();
  files.writeAtomic(sentinel, "all done");
  assert.deepEqual([stop.isAskedByOperator, stop.readOperators()], [false, null]);
  files.writeAtomic(stopFile, "please");
  assert.deepEqual(stop.readOperators(), { kind: "stop_file", path: stopFile, content: "please" });
  assert.equal(stop.isAskedByOperator, true);
  assert.equal(open(smallest).stop.isAskedByOperator, false);
});

Deno.test("StopFiles gives no half of a secret where its reading ends", () => {
  const { files, stop } = open();
  const head = `PASSWORD=${"x1y2".repeat(1016)} `;
  const token = `gh${"p_"}${"a1B2".repeat(9)}`;
  const begun = 4096 - head.length - 12;
  files.writeAtomic(sentinel, `${head}${"w".repeat(begun)} ${token} and more`);
  const found = stop.read();
  const reason = found?.kind === "agent_done" ? found.reason : "";
  assert.match(reason, /^PASSWORD=<redacted> w* $/);
});
