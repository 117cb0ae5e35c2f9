// Holds the lock named by its argument until it is ended; part of the lock's tests.
import { denoLock } from "../../../src/ports/deno/lock.ts";

const held = await denoLock().tryAcquire(Deno.args[0]!);
await Deno.stdout.write(new TextEncoder().encode(held === null ? "refused\n" : "held\n"));
if (held !== null) await new Promise(() => setInterval(() => {}, 1000));
