// Proves that a finished log loses its secrets and nothing else, whatever its size, lines and bytes.
import assert from "node:assert/strict";
import { redact, useSecretValues } from "../../src/core/redact.ts";
import { FileFault } from "../../src/ports/files.ts";
import { redactLog } from "../../src/store/redact_log.ts";
import { linkCurrent, roundLogName } from "../../src/store/round_log.ts";
import { secretCases } from "../core/redact_corpus.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { files, inFolder } from "./log_folder.ts";

const path = "/logs/rounds/R1.log";
const megabyte = 1024 * 1024;
const token = `ghp_${"Ab1".repeat(12)}`;

/** What becomes of a log with this text, in memory. */
async function rewritten(text: string): Promise<string> {
  const memory = memoryFiles({ [path]: text });
  await redactLog(path, { files: memory });
  assert.deepEqual(memory.paths(), [path]);
  return memory.readText(path)!;
}

Deno.test("redactLog() masks the corpus as redact() does, and tells how often", async () => {
  const text = secretCases().map((item) => item.text).filter((item) => !item.includes("\n")).join("\n\n") + "\n";
  const memory = memoryFiles({ [path]: text });
  const outcome = await redactLog(path, { files: memory });
  assert.ok(outcome.kind === "redacted" && outcome.masked > 150);
  assert.equal(memory.readText(path), redact(text));
  assert.equal(memory.modeOf(path), 0o600);
});

Deno.test("redactLog() does not write a log without secrets, an empty one, or one that is gone", async () => {
  const memory = memoryFiles({ [path]: "nothing to hide\n".repeat(200_000), "/logs/empty.log": "" });
  const before = memory.stat(path);
  memory.now += 1000;
  for (const log of [path, "/logs/empty.log", "/logs/gone.log"]) {
    assert.deepEqual(await redactLog(log, { files: memory }), { kind: "unchanged" });
  }
  assert.deepEqual(memory.stat(path), before);
});

Deno.test("redactLog() leaves the links to a log leading to it", () =>
  inFolder(async (folder) => {
    const name = roundLogName(7, Date.parse("2026-11-21T10:00:00Z"));
    files.makeDir(`${folder}/rounds`);
    files.append(`${folder}/${name}`, new TextEncoder().encode(`TOKEN=abc x\n`));
    linkCurrent(files, { logDir: folder, number: 7, log: name });
    assert.deepEqual(await redactLog(`${folder}/round-7.log`, { files }), { kind: "redacted", masked: 1 });
    for (const link of ["round-7.log", "round-current.log"]) {
      assert.equal(files.readLink(`${folder}/${link}`), name);
      assert.equal(files.readText(`${folder}/${link}`), "TOKEN=<redacted> x\n");
    }
    assert.deepEqual(files.list(`${folder}/rounds`), [name.replace("rounds/", "")]);
    assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
  }));

Deno.test("redactLog() keeps bytes that are no UTF-8, and lines that end in any way", async () => {
  const memory = memoryFiles();
  const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  memory.writeAtomic(path, bytes("\xff\xfe\x00\r\nTOKEN=\xc3\xa0bc x\r\x80\xe2\x82 TOKEN=abc"));
  await redactLog(path, { files: memory });
  const after = memory.readBytes(path, { offset: 0, length: 1000 });
  assert.deepEqual(after, bytes("\xff\xfe\x00\r\nTOKEN=<redacted> x\r\x80\xe2\x82 TOKEN=<redacted>"));
});

Deno.test("redactLog() finds values that are no ASCII", async () => {
  useSecretValues(["pässwörtlich-7"]);
  try {
    assert.equal(await rewritten("it is pässwörtlich-7, é"), "it is <redacted>, é");
  } finally {
    useSecretValues([]);
  }
});

for (const filler of ["an ordinary line of a log\n", "words of one line ", "x1-no-gap-"]) {
  Deno.test(`redactLog() masks secrets wherever a window is cut when a log repeats ${JSON.stringify(filler)}`, async () => {
    const before = filler.repeat(Math.ceil(megabyte / filler.length));
    for (const end of [megabyte, megabyte - 64 * 1024]) {
      for (let shift = -120; shift < 20; shift += 7) {
        const text = (secret: string, value: string) =>
          `${before.slice(0, end + shift)}/${secret}/ and TOKEN=${value} ${filler.repeat(9000)}`;
        assert.equal(await rewritten(text(token, "abc")), text("<redacted>", "<redacted>"), `${end} ${shift}`);
      }
    }
  });
}

Deno.test("redactLog() masks secrets in a line of several windows without a gap", async () => {
  const filler = "x1-".repeat(megabyte / 2);
  const text = `${filler}"TOKEN=abc"${filler}&token=abc&${filler}`;
  const masked = await rewritten(text);
  assert.equal(masked, `${filler}"TOKEN=<redacted>"${filler}&token=<redacted>&${filler}`);
});

Deno.test("redactLog() masks a secret longer than a window once", async () => {
  const long = "Ab1+".repeat(megabyte);
  for (const [open, close] of [['a "password": "', '", "n": 1\n'], ["x TOKEN=", " y\n"], ["Cookie: ", "\nHost: h\n"]]) {
    assert.equal(
      await rewritten(`first\n${open}${long}${close}last\n`),
      `first\n${open}<redacted>${close}last\n`,
      open,
    );
  }
});

Deno.test("redactLog() masks a private key that lies across two windows", async () => {
  const key = `-----BEGIN ${"PRIVATE"} KEY-----\n${`${"Ab1+".repeat(16)}\n`.repeat(40)}-----END ${"PRIVATE"} KEY-----`;
  for (const shift of [100, 1000, 2000, 65_000, 66_000]) {
    const before = `${"line\n".repeat(megabyte / 5)}`.slice(shift);
    const after = "\nmore\n".repeat(20_000);
    assert.equal(await rewritten(`${before}\n${key}${after}`), `${before}\n<redacted>${after}`);
  }
});

Deno.test("redactLog() leaves lines of JSON valid", async () => {
  const record = (i: number) => JSON.stringify({ i, content: `TOKEN=abc\n"password": "x${i}y" Cookie: a=b\nend ${i}` });
  const text = Array.from({ length: 30_000 }, (_, i) => record(i)).join("\n");
  const lines = (await rewritten(text)).split("\n");
  assert.equal(lines.length, 30_000);
  for (const [i, line] of lines.entries()) {
    const content = `TOKEN=<redacted>\n"password": "<redacted>" Cookie: <redacted>\nend ${i}`;
    assert.deepEqual(JSON.parse(line), { i, content });
  }
});

Deno.test("redactLog() leaves the log as it was when the disk is too full for a copy", async () => {
  const text = "TOKEN=abc\n".repeat(200_000);
  const memory = memoryFiles({ [path]: text });
  memory.roomBytes = 500_000;
  const outcome = await redactLog(path, { files: memory }).catch((thrown) => thrown);
  assert.deepEqual(outcome, { kind: "no_room" });
  assert.deepEqual(memory.paths(), [path]);
  assert.equal(memory.readText(path), text);
});

Deno.test("redactLog() takes the place of a copy that an earlier life left, and throws what cannot be read", async () => {
  const memory = memoryFiles({ [path]: "TOKEN=abc\n", [`${path}.0-1.tmp`]: "half a copy" });
  await redactLog(path, { files: memory });
  assert.equal(memory.readText(path), "TOKEN=<redacted>\n");
  memory.failWith(path, "denied");
  await assert.rejects(redactLog(path, { files: memory }), FileFault);
});

Deno.test("redactLog() rests between windows", async () => {
  let rests = 0;
  const rest = () => Promise.resolve(void rests++);
  await redactLog(path, { files: memoryFiles({ [path]: "line\n".repeat(megabyte) }), rest });
  assert.ok(rests >= 4, String(rests));
});
