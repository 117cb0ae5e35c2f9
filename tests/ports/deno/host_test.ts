// Guards facts about this machine, and the reading of df(1).
import assert from "node:assert/strict";
import fc from "fast-check";
import { denoHost, parseDf } from "../../../src/ports/deno/host.ts";
import { denoProcesses } from "../../../src/ports/deno/processes.ts";

const head = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n";

Deno.test("parseDf() reads the line POSIX promises", () => {
  assert.deepEqual(parseDf(`${head}/dev/sda1         1000       250       750      25% /\n`), {
    totalBytes: 1000 * 1024,
    freeBytes: 750 * 1024,
    usedPercent: 25,
  });
});

Deno.test("parseDf() counts what is kept for root as neither used nor free", () => {
  assert.equal(parseDf(`${head}/dev/sda1 1000 855 95 90% /\n`)?.usedPercent, 90);
});

Deno.test("parseDf() reads names with spaces and digits, and a file system of no size", () => {
  assert.equal(parseDf(`${head}map auto 1 home 0 0 0 100% /System/Volumes/Data/home\n`)?.usedPercent, 0);
  assert.equal(parseDf(`${head}//nas/my share 2 400 100 300 25% /mnt/my share 3\n`)?.usedPercent, 25);
});

Deno.test("parseDf() is null for anything else, and never throws", () => {
  for (const text of ["", head, `${head}proc 0 0 0 - /proc\n`, "df: x: No such file\n"]) {
    assert.equal(parseDf(text), null);
  }
  fc.assert(fc.property(fc.string(), (text) => {
    const sample = parseDf(`${head}${text}`);
    assert.ok(sample === null || (sample.usedPercent >= 0 && sample.usedPercent <= 100));
  }));
});

Deno.test("denoHost() tells plausible things about this machine", async () => {
  const host = denoHost(denoProcesses());
  assert.equal(host.pid, Deno.pid);
  assert.ok(host.machine === "x86_64" || host.machine === "aarch64");
  assert.ok(host.uptimeSeconds() > 0);
  const sample = host.sample();
  assert.ok(sample.memoryTotalMb > 0 && sample.memoryAvailableMb <= sample.memoryTotalMb);
  const disk = await host.disk("/");
  assert.ok(disk !== null && disk.totalBytes > 0 && disk.usedPercent <= 100);
  assert.equal(await host.disk("/no/such/place"), null);
  assert.equal(await host.disk("-h"), null, "a path is never taken for a flag");
});

Deno.test("collectGarbage() has the runtime collect what nobody holds", async () => {
  const host = denoHost(denoProcesses());
  let isCollected = false;
  const registry = new FinalizationRegistry(() => isCollected = true);
  registry.register({ held: "by nobody" }, null);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(!isCollected, "it went without being asked for");
  for (let turn = 0; turn < 100 && !isCollected; turn++) {
    if (turn % 10 === 0) host.collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(isCollected);
});
