// Proves that no reader grows with what it is fed, however much and whatever it is.
import assert from "node:assert/strict";
import { linesOf, registered } from "./feeding.ts";

/** What a child of this test reports: the most by which it grew under each load. */
interface Growth {
  readonly load: string;
  readonly megabytes: number;
}

/** A record of 12 MB stands in memory as bytes, as text and as an object, for a moment. */
const mostForRecord = 100;
const mostForStream = 40;

for (const name of registered.keys()) {
  Deno.test(`the ${name} reader grows by less than 40 MB, whatever it is fed`, async () => {
    const path = new URL("hostile_memory.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", path, name] });
    const { success, stdout, stderr } = await child.output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const found = linesOf(stdout).map((line): Growth => JSON.parse(new TextDecoder().decode(line)));
    assert.equal(found.length, 5);
    const isTooMuch = ({ load, megabytes }: Growth) =>
      megabytes >= (load === "terminal" ? mostForRecord : mostForStream);
    assert.deepEqual(found.filter(isTooMuch), []);
  });
}
