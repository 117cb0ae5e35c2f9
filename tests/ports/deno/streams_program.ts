// Writes to its standard output as its first argument says; part of the streams' tests.
import { denoStderr, denoStdout } from "../../../src/ports/deno/streams.ts";

const stdout = denoStdout();
const stderr = denoStderr();

switch (Deno.args[0]) {
  case "facts":
    stderr.write(JSON.stringify([stdout.isTerminal, stdout.columns, stdout.hasColor]));
    break;
  case "write": {
    const isRead = stdout.write("é".repeat(500_000));
    stderr.write(String(isRead));
    break;
  }
  case "until-closed": {
    let writes = 0;
    while (stdout.write("x".repeat(10_000)) && writes < 10_000) writes++;
    stdout.post("after the end");
    await stdout.drain(1000);
    stderr.write(writes < 10_000 ? "noticed" : "never noticed");
    break;
  }
  case "post": {
    for (let i = 0; i < 500; i++) stdout.post(`line ${i}`);
    await stdout.drain(10_000);
    break;
  }
  case "flood": {
    const before = performance.now();
    for (let i = 0; i < 50_000; i++) stdout.post(`line ${i} ${"x".repeat(50)}`);
    const posting = performance.now() - before;
    await stdout.drain(200);
    stderr.write(JSON.stringify({ posting, all: performance.now() - before }));
    Deno.exit(0);
  }
}
