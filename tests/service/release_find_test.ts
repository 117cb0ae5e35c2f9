// Guards what is believed of a release: nothing without the maker's signature, and nothing that it does not cover.
import assert from "node:assert/strict";
import { OperatorError } from "../../src/core/errors.ts";
import { findRelease } from "../../src/service/release_find.ts";
import { folderSource, webSource } from "../../src/service/release_source.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeWeb } from "../fakes/fake_upgrade.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { file, makeKey, platform, publish, releaseOf, signed, sumOf } from "./release_stage.ts";

const base = "https://a.example/r/";
const key = await makeKey();
const encoder = new TextEncoder();

function scene() {
  const web = new FakeWeb();
  const find = (target: string | null = null, keys = [key.publicKey]) =>
    findRelease(webSource(base, web)!, target, { clock: new FakeClock({ isAutomatic: true }), keys, platform });
  return { web, find };
}

/** It is refused in two lines. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(() => null, (thrown: unknown) => thrown);
  assert.ok(thrown instanceof OperatorError, `${thrown}`);
  assert.ok(!`${thrown.message}${thrown.fix}`.includes("\n") && thrown.fix !== "");
  return thrown.message;
}

Deno.test("findRelease() gives the version and the sum that were signed, from the web and from a folder", async () => {
  const { web, find } = scene();
  const files = await releaseOf({ version: "1.2.3", key });
  publish(web, base, files);
  const sum = sumOf(files.get(file)!);
  const found = await find();
  assert.deepEqual([found.version, found.file, found.sum, found.source.name], ["1.2.3", file, sum, base]);
  assert.deepEqual(web.asked, ["SHA256SUMS", "SHA256SUMS.sig", "VERSION"].map((name) => `${base}${name} 0`));
  const other = await makeKey();
  assert.equal((await find(null, [other.publicKey, key.publicKey])).version, "1.2.3", "any of the keys counts");

  const memory = memoryFiles({});
  for (const [name, bytes] of files) memory.writeAtomic(`/r/${name}`, bytes);
  const parts = { clock: new FakeClock({ isAutomatic: true }), keys: [key.publicKey], platform };
  assert.equal((await findRelease(folderSource("/r", memory), null, parts)).sum, sum);
});

Deno.test("findRelease() looks for a version in the folders of its name, and never takes another one", async () => {
  const { web, find } = scene();
  publish(web, base, await releaseOf({ version: "2.0.0", key }));
  publish(web, `${base}1.0.0/`, await releaseOf({ version: "1.0.0", key }));
  publish(web, `${base}v1.1.0/`, await releaseOf({ version: "1.1.0", key }));
  publish(web, `${base}1.5.0/`, await releaseOf({ version: "1.0.0", key }));
  for (const version of ["2.0.0", "1.0.0", "1.1.0"]) assert.equal((await find(version)).version, version);
  assert.match(await refusal(find("1.5.0")), /There is no version 1\.5\.0 at .* it has 1\.0\.0/);
  assert.match(await refusal(find("3.0.0")), /There is no version 3\.0\.0 at .* it has 2\.0\.0/);
});

Deno.test("findRelease() trusts nobody but the holder of the key", async () => {
  const { web, find } = scene();
  assert.match(await refusal(find()), /There is no release at/);
  const stranger = await makeKey();
  publish(web, base, await releaseOf({ version: "1.2.3", key: stranger }));
  assert.match(await refusal(find()), /signature was not made with the key/);
  for (const keys of [[], [""], ["no base64!"], [btoa("short")]]) {
    assert.match(await refusal(find(null, keys)), /signature was not made with the key/);
  }
  publish(web, base, await releaseOf({ version: "1.2.3", key }));
  const good = web.pages.get(`${base}SHA256SUMS.sig`)!;
  for (const bad of [new Uint8Array(), good.subarray(1), good.map((byte, i) => i === 9 ? byte ^ 1 : byte)]) {
    web.pages.set(`${base}SHA256SUMS.sig`, bad);
    assert.match(await refusal(find()), /signature was not made with the key/);
  }
  web.pages.set(`${base}SHA256SUMS.sig`, new Uint8Array(65));
  assert.match(await refusal(find()), /too large/);
  web.pages.delete(`${base}SHA256SUMS.sig`);
  assert.match(await refusal(find()), /has no file 'SHA256SUMS.sig'/);
});

Deno.test("findRelease() does not let an old release pass for a new one", async () => {
  const { web, find } = scene();
  publish(web, base, await releaseOf({ version: "1.2.3", key }));
  web.pages.set(`${base}VERSION`, encoder.encode("9.9.9\n"));
  assert.match(await refusal(find()), /'VERSION' is not the one that was signed/);
  web.pages.delete(`${base}VERSION`);
  assert.match(await refusal(find()), /'VERSION' is not the one that was signed/);
  const version = encoder.encode("not a version\u001b[2J");
  publish(web, base, await signed(new Map([["VERSION", version]]), `${sumOf(version)}  VERSION\n`, key));
  assert.match(await refusal(find()), /'VERSION' holds no version/);
  const sumless = new Map([["VERSION", encoder.encode("1.2.3\n")]]);
  publish(web, base, await signed(sumless, `${"0".repeat(64)}  other\n`, key));
  assert.match(await refusal(find()), /'VERSION' is not the one that was signed/);
  publish(web, base, await signed(sumless, "what is this", key));
  assert.match(await refusal(find()), /'SHA256SUMS' cannot be read/);
});

Deno.test("findRelease() says which machines a release has binaries for, and why a server gives none", async () => {
  const { web, find } = scene();
  publish(web, base, await releaseOf({ version: "1.2.3", key, name: "agent-runner-macos-aarch64" }));
  const thrown = await find().catch((thrown) => thrown);
  assert.match(thrown.message, /no binary for this machine \('agent-runner-linux-x86_64'\)/);
  assert.match(thrown.fix, /It has agent-runner-macos-aarch64/);
  web.faults = ["refused", "refused", "refused"];
  assert.match(await refusal(find()), /'SHA256SUMS' cannot be had from .*connection refused/);
  web.faults = ["gone"];
  assert.match(await refusal(find()), /status 403/);
  publish(web, base, await releaseOf({ version: "1.2.3", key }));
  web.faults = ["refused", 10, null, "refused", null];
  assert.equal((await find()).version, "1.2.3", "what passes is tried again");
  web.pages.set(`${base}SHA256SUMS`, new Uint8Array(64 * 1024 + 1));
  assert.match(await refusal(find()), /'SHA256SUMS' is too large/);
});

Deno.test("webSource() never shows a password, and takes no address with a question in it", () => {
  const web = new FakeWeb();
  assert.equal(webSource("https://me:secret@a.example/r", web)!.name, "https://a.example/r/");
  assert.equal(webSource("https://me:secret@a.example/r", web)!.inner("1.0.0").name, "https://a.example/r/1.0.0/");
  for (const bad of ["https://", "https://a.example/?x=1", "https://a.example/#x", "http://a b/"]) {
    assert.equal(webSource(bad, web), null, bad);
  }
});
