// Guards the making of a release: what is in it, that the program takes it, and that only a key of its kind signs it.
import assert from "node:assert/strict";
import { findRelease } from "../../src/service/release_find.ts";
import { releaseKeys } from "../../src/service/release_key.ts";
import { folderSource } from "../../src/service/release_source.ts";
import { denoFiles } from "../../src/ports/deno/files.ts";
import { parseOptions, writeRelease } from "../../scripts/release.ts";
import { bomOf } from "../../scripts/release/bom.ts";
import { notesOf } from "../../scripts/release/notes.ts";
import { newKey, readKey } from "../../scripts/release/sign.ts";
import { readText, root } from "../../scripts/tree.ts";
import { FakeClock } from "../fakes/fake_clock.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "agent-runner-release-" });
  try {
    await work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("writeRelease() makes what `upgrade` takes with the public half of the key, and with no other", async () => {
  await withFolder(async (folder) => {
    const publicKey = await newKey(`${folder}/key.pem`);
    assert.equal(Deno.statSync(`${folder}/key.pem`).mode! & 0o777, 0o600);
    const { key, publicKey: read } = await readKey(`${folder}/key.pem`);
    assert.equal(read, publicKey);
    Deno.writeTextFileSync(`${folder}/agent-runner-linux-x86_64`, "binary");
    const binaries = [`${folder}/agent-runner-linux-x86_64`];
    const out = `${folder}/out`;
    const names = await writeRelease({ binaries, version: "1.2.3", out, key, runtime: "2.9.6" });
    assert.deepEqual([...Deno.readDirSync(out)].map(({ name }) => name).sort(), [...names].sort());
    const find = (keys: readonly string[]) => {
      const parts = { clock: new FakeClock({ isAutomatic: true }), keys, platform: "linux-x86_64" };
      return findRelease(folderSource(out, denoFiles()), null, parts);
    };
    assert.equal((await find([publicKey])).version, "1.2.3");
    await assert.rejects(find(releaseKeys), /signature was not made with the key/);
    await assert.rejects(newKey(`${folder}/key.pem`), "a key that is there is never written over");
  });
});

Deno.test("readKey() refuses what is no private key of Ed25519", async () => {
  await withFolder(async (folder) => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
    ]) as CryptoKeyPair;
    const body = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey))));
    const pem = (text: string) => `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`;
    for (const text of ["", "no key", pem(""), pem(body), pem("AAAA"), pem(releaseKeys[0]!)]) {
      Deno.writeTextFileSync(`${folder}/key.pem`, text);
      await assert.rejects(readKey(`${folder}/key.pem`), /holds (no private key|a key of another kind)/, text);
    }
  });
});

Deno.test("parseOptions() wants a key, and knows its flags", () => {
  assert.deepEqual(parseOptions(["--key", "k", "host", "--out", "o", "--trial"]), {
    key: "k",
    newKey: null,
    out: "o",
    isTrial: true,
    words: ["host"],
  });
  for (const words of [[], ["host"], ["--key"], ["--key", ""], ["--key", "k", "--odd"]]) {
    assert.throws(() => parseOptions(words), /deno task release/, words.join(" "));
  }
});

Deno.test("notesOf() takes the section of the version, or what is not released yet", () => {
  const changelog =
    "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [1.2.0] - 2026-01-01\n\n- old\n\n## [1.2]\n- older\n";
  assert.equal(notesOf(changelog, "1.2.0"), "# agent-runner 1.2.0\n\n- old\n");
  assert.equal(notesOf(changelog, "1.3.0"), "# agent-runner 1.3.0\n\n- new\n");
  assert.equal(notesOf(changelog, "1.2"), "# agent-runner 1.2\n\n- older\n");
  assert.throws(() => notesOf("# Changelog\n", "1.0.0"), /no section/);
  assert.ok(notesOf(readText("CHANGELOG.md")!, "0.1.0").length > 100);
});

Deno.test("bomOf() lists what is in the binary, all of it and nothing else", () => {
  const { imports } = JSON.parse(readText("deno.json")!);
  const options = { version: "1.2.3", imports: Object.values(imports).map(String), runtime: "2.9.6" };
  const bom = bomOf(JSON.parse(readText("deno.lock")!), options);
  const names = bom.components.map(({ name }) => name);
  assert.deepEqual([names[0], names.includes("valibot"), names.includes("fast-check"), names.includes("pure-rand")], [
    "deno",
    true,
    false,
    false,
  ]);
  const refs = new Set([bom.metadata.component["bom-ref"], ...bom.components.map((part) => part["bom-ref"])]);
  assert.equal(refs.size, bom.components.length + 1);
  for (const { ref, dependsOn } of bom.dependencies) {
    for (const name of [ref, ...dependsOn]) assert.ok(refs.has(name), name);
  }
  const hashed = bom.components.filter((part) => "hashes" in part);
  assert.equal(hashed.length, bom.components.length - 1);
  for (const part of hashed) assert.match(JSON.stringify(part), /"alg":"SHA-512","content":"[0-9a-f]{128}"/);
  assert.throws(() => bomOf({}, options), /is not in deno\.lock/);
});

Deno.test("install.sh trusts the keys that the program trusts", () => {
  const script = readText("scripts/install.sh") ?? "";
  const keys = /^keys='([^']*)'$/m.exec(script)?.[1]?.split(" ");
  // What stands before the key is the name of its kind.
  assert.deepEqual(keys, releaseKeys.map((key) => `MCowBQYDK2VwAyEA${key}`));
  assert.ok(root !== "" && !script.includes("sudo"));
});
