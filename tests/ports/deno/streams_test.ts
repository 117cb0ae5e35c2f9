// Guards standard output in a process of its own: whole, never blocking, and honest about a reader that left.
import assert from "node:assert/strict";

const program = new URL("./streams_program.ts", import.meta.url).pathname;

function start(word: string, env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, word],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env,
  }).spawn();
}

async function outputOf(word: string) {
  const { stdout, stderr, code } = await start(word).output();
  return { stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr), code };
}

Deno.test("denoStdout() in a pipe is no terminal, 80 columns wide and without colour", async () => {
  assert.deepEqual(JSON.parse((await outputOf("facts")).stderr), [false, 80, false]);
});

Deno.test("write() writes all of a long text before it returns", async () => {
  const { stdout, stderr } = await outputOf("write");
  assert.equal(stdout.length, 500_000);
  assert.equal(stderr, "true");
});

Deno.test("post() writes every line in order while somebody reads", async () => {
  const { stdout } = await outputOf("post");
  assert.equal(stdout, Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join(""));
});

Deno.test("write() and post() notice a reader that has gone away, and do not fail", async () => {
  const child = start("until-closed");
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  assert.equal(stderr, "noticed");
  assert.equal((await child.status).code, 0);
});

Deno.test("post() never blocks when nobody reads, and drain() gives up in time", async () => {
  const child = start("flood");
  const stderr = await new Response(child.stderr).text();
  const { posting, all } = JSON.parse(stderr) as { posting: number; all: number };
  assert.ok(posting < 3_000 && all < 4_000, stderr);
  assert.equal((await child.status).code, 0);
  const stdout = await new Response(child.stdout).text();
  assert.ok(stdout.length < 1_000_000, "the oldest lines were dropped");
});
