// Guards that a talking program is heard piece by piece, and is gone with its whole group when it is closed.
import assert from "node:assert/strict";
import type { Channel } from "../../../src/ports/channel.ts";
import { denoChannels } from "../../../src/ports/deno/channel.ts";
import { until } from "../../fakes/until.ts";

function open(script: string, environment?: Readonly<Record<string, string>>): Channel {
  const argv = ["/bin/sh", "-c", script];
  const channel = denoChannels().open(environment ? { argv, environment } : { argv });
  assert.notEqual(typeof channel, "string");
  return channel as Channel;
}

async function textOf(channel: Channel): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let piece = await channel.read(); piece !== null; piece = await channel.read()) {
    text += decoder.decode(piece, { stream: true });
  }
  return text;
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

Deno.test("open() gives output as it comes, and how it ended", async () => {
  const channel = open("echo one; read -r word <&0; echo two$WORD; echo why >&2; exit 7", { WORD: "!" });
  assert.equal(await textOf(channel), "one\ntwo!\n");
  assert.deepEqual(await channel.ended, { code: 7, said: "why\n" });
  await channel.close();
});

Deno.test("read() gives all of a flood", async () => {
  const channel = open("dd if=/dev/zero bs=65536 count=100 2>/dev/null");
  let bytes = 0;
  for (let piece = await channel.read(); piece !== null; piece = await channel.read()) bytes += piece.length;
  assert.equal(bytes, 100 * 65536);
  assert.equal((await channel.ended).code, 0);
});

Deno.test("ended keeps the end of a long complaint", async () => {
  const channel = open("i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done");
  assert.equal(await textOf(channel), "");
  const { said } = await channel.ended;
  assert.ok(said.length <= 4096 && said.endsWith("line 1999\n"), said.slice(-40));
});

Deno.test("close() ends a program that ignores it, and what it started, and ends a read that waits", async () => {
  const channel = open("trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000");
  const child = Number(new TextDecoder().decode((await channel.read())!));
  const waiting = channel.read();
  await channel.close();
  assert.equal(await waiting, null);
  assert.equal((await channel.ended).code, -1);
  await until("the child to be gone", () => !isAlive(child));
  await channel.close();
});

Deno.test("open() says why when there is no such program", () => {
  const said = denoChannels().open({ argv: ["/nowhere/ssh"] });
  assert.equal(typeof said, "string");
});
