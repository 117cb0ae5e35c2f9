// Guards the download: continued where it broke off, started anew where that is of no use, bounded, and never believed unchecked.
import assert from "node:assert/strict";
import { OperatorError } from "../../src/core/errors.ts";
import { fetchBinary } from "../../src/service/release_fetch.ts";
import { webSource } from "../../src/service/release_source.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeWeb, memoryBinaries } from "../fakes/fake_upgrade.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { file, sumOf } from "./release_stage.ts";

const base = "https://a.example/r/";
const part = "/opt/bin/agent-runner.upgrade.part";
const binary = new Uint8Array(1000).map((_, i) => i * 31);

function scene() {
  const web = new FakeWeb();
  const files = memoryFiles({});
  files.makeDir("/opt/bin");
  web.pages.set(`${base}${file}`, binary);
  const told: [number, number | null][] = [];
  const state = { free: 1e12 as number | null };
  const fetch = () =>
    fetchBinary({ version: "1.0.0", source: webSource(base, web)!, file, sum: sumOf(binary) }, part, {
      files,
      binaries: memoryBinaries(files),
      clock: new FakeClock({ isAutomatic: true }),
      host: {
        disk: () =>
          Promise.resolve(state.free === null ? null : { totalBytes: 1e12, freeBytes: state.free, usedPercent: 1 }),
      },
      onProgress: (got, total) => void told.push([got, total]),
    });
  const offsets = () => web.asked.map((line) => Number(line.split(" ")[1]));
  const have = () => files.readBytes(part, { offset: 0, length: 5000 });
  return { web, files, fetch, told, offsets, have, state };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(() => null, (thrown: unknown) => thrown);
  assert.ok(thrown instanceof OperatorError, `${thrown}`);
  return `${thrown.message} | ${thrown.fix}`;
}

Deno.test("fetchBinary() writes the file and tells how far it is", async () => {
  const { fetch, have, told, offsets } = scene();
  await fetch();
  assert.deepEqual(have(), binary);
  assert.deepEqual(offsets(), [0]);
  assert.deepEqual([told[0], told.at(-1)], [[64, 1000], [1000, 1000]]);
});

Deno.test("fetchBinary() goes on where a connection broke, as often as there is hope", async () => {
  const { web, fetch, have, offsets } = scene();
  web.faults = [128, "refused", 64, 0];
  await fetch();
  assert.deepEqual(have(), binary);
  assert.deepEqual(offsets(), [0, 128, 128, 192, 192]);
});

Deno.test("fetchBinary() gives up in the end, and the next call goes on with what was kept", async () => {
  const { web, fetch, have, offsets } = scene();
  web.faults = [128, "refused", "refused", "refused", "refused"];
  assert.match(await refusal(fetch()), /connection refused; 128 B of it are kept \| .*goes on where it stopped/);
  assert.equal(have()?.length, 128);
  web.asked.length = 0;
  await fetch();
  assert.deepEqual([have(), offsets()], [binary, [128]]);
});

Deno.test("fetchBinary() starts anew with a server that knows no ranges, and with a part that was spoilt", async () => {
  for (const spoil of [(s: ReturnType<typeof scene>) => s.web.knowsRanges = false, () => {}]) {
    const own = scene();
    spoil(own);
    own.files.append(part, new Uint8Array(300).fill(9));
    await own.fetch();
    assert.deepEqual(own.have(), binary);
  }
});

Deno.test("fetchBinary() knows a part that is whole already, and one that is too long", async () => {
  const whole = scene();
  whole.files.append(part, binary);
  await whole.fetch();
  assert.deepEqual([whole.have(), whole.offsets()], [binary, [1000]]);
  const long = scene();
  long.files.append(part, new Uint8Array([...binary, 1]));
  await long.fetch();
  assert.deepEqual([long.have(), long.offsets()], [binary, [1001, 0]]);
});

Deno.test("fetchBinary() leaves nothing of a file that is not the signed one, and asks for it once", async () => {
  const { web, fetch, have, offsets } = scene();
  for (const other of [binary.subarray(0, 999), new Uint8Array(1000), new Uint8Array()]) {
    web.pages.set(`${base}${file}`, other);
    web.asked.length = 0;
    assert.match(await refusal(fetch()), /SHA-256 is not the one that was signed \| Nothing was changed/);
    assert.deepEqual([have(), offsets()], [null, [0]]);
  }
  web.pages.delete(`${base}${file}`);
  assert.match(await refusal(fetch()), /it is not there/);
});

Deno.test("fetchBinary() refuses what does not fit on the disk, and gives back what it took of a full one", async () => {
  const { files, fetch, have, state } = scene();
  state.free = 1000;
  assert.match(await refusal(fetch()), /cannot be written .* are needed and 1000 B free \| .*Make room/);
  assert.equal(have(), null);
  state.free = null;
  files.roomBytes = 200;
  assert.match(await refusal(fetch()), /cannot be written .*full.* \| .*Make room/);
  assert.equal(have(), null);
  files.roomBytes = null;
  await fetch();
  assert.deepEqual(have(), binary);
});

Deno.test("fetchBinary() refuses a file of half a gigabyte unread", async () => {
  const { web, fetch, told, have } = scene();
  const honest = web.get.bind(web);
  web.get = async (url, options) => {
    const answer = await honest(url, options);
    return answer.kind === "found" ? { ...answer, totalBytes: 600 * 1024 * 1024 } : answer;
  };
  assert.match(await refusal(fetch()), /larger than 512/);
  assert.deepEqual([told, have()], [[], null]);
});
