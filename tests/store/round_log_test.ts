// Guards how the agent's output is named, found, linked and read from the end.
import assert from "node:assert/strict";
import {
  findRoundLog,
  lastWords,
  linkCurrent,
  newestRoundNumber,
  parseRoundFile,
  roundLogName,
  tailOfLog,
} from "../../src/store/round_log.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { files, inFolder } from "./log_folder.ts";

Deno.test("roundLogName() and parseRoundFile() agree", () => {
  const name = roundLogName(12, Date.parse("2026-11-21T10:20:30.999Z"));
  assert.equal(name, "rounds/R12-20261121T102030.log");
  assert.deepEqual(parseRoundFile("R12-20261121T102030.log"), { number: 12, stamp: "20261121T102030", ending: "log" });
  assert.equal(parseRoundFile("R12-20261121T102030.exit.tmp")?.ending, "exit.tmp");
  for (const name of ["R-20261121T102030.log", "R1-2026.log", "xR1-20261121T102030.log", "R1-20261121T102030", ""]) {
    assert.equal(parseRoundFile(name), null, name);
  }
});

Deno.test("findRoundLog() takes the newest of several, and no file beside the log", () => {
  const memory = memoryFiles({
    "/log/rounds/R2-20261121T100000.log": "old",
    "/log/rounds/R2-20261121T110000.log": "new",
    "/log/rounds/R2-20261121T120000.exit": "0",
    "/log/rounds/R10-20261120T000000.log": "ten",
    "/log/rounds/notes.txt": "",
  });
  assert.equal(findRoundLog(memory, { logDir: "/log", number: 2 }), "/log/rounds/R2-20261121T110000.log");
  assert.equal(findRoundLog(memory, { logDir: "/log", number: 3 }), null);
  assert.equal(newestRoundNumber(memory, "/log"), 10);
  assert.equal(newestRoundNumber(memoryFiles(), "/log"), null);
});

Deno.test("linkCurrent() points both links at the log, relative, and moves the current one", async () => {
  await inFolder((folder) => {
    files.makeDir(`${folder}/rounds`);
    Deno.writeTextFileSync(`${folder}/rounds/R1-20261121T100000.log`, "one");
    Deno.writeTextFileSync(`${folder}/rounds/R2-20261121T100000.log`, "two");
    Deno.writeTextFileSync(`${folder}/round-2.log`, "a regular file of an older version");
    linkCurrent(files, { logDir: folder, number: 1, log: "rounds/R1-20261121T100000.log" });
    linkCurrent(files, { logDir: folder, number: 2, log: "rounds/R2-20261121T100000.log" });
    assert.equal(Deno.readLinkSync(`${folder}/round-current.log`), "rounds/R2-20261121T100000.log");
    assert.equal(Deno.readTextFileSync(`${folder}/round-1.log`), "one");
    assert.equal(Deno.readTextFileSync(`${folder}/round-2.log`), "two");
    assert.deepEqual(files.list(folder), ["round-1.log", "round-2.log", "round-current.log", "rounds"]);
  });
});

Deno.test("tailOfLog() gives the last lines within its bounds", () => {
  const memory = memoryFiles({ "/log/a": "1\n2\n3\n4", "/log/b": `${"x".repeat(1000)}\nlast\n`, "/log/empty": "" });
  assert.deepEqual(tailOfLog(memory, { path: "/log/a", lines: 2 }), ["3", "4"]);
  assert.deepEqual(tailOfLog(memory, { path: "/log/a", lines: 9 }), ["1", "2", "3", "4"]);
  assert.deepEqual(tailOfLog(memory, { path: "/log/a", lines: 0 }), []);
  assert.deepEqual(tailOfLog(memory, { path: "/log/b", lines: 1, maxBytes: 20 }), ["last"]);
  assert.equal(tailOfLog(memory, { path: "/log/b", lines: 5, maxBytes: 20 })![0]!.length, 14);
  assert.deepEqual(tailOfLog(memory, { path: "/log/empty", lines: 5 }), []);
  assert.equal(tailOfLog(memory, { path: "/log/none", lines: 5 }), null);
});

Deno.test("tailOfLog() leaves out, for people, the word that its reading begins in", () => {
  const memory = memoryFiles({ "/log/a": `${"s3cret".repeat(10)} said\nlast\n`, "/log/b": "whole words\n" });
  const read = (path: string, wholeWords: boolean) => tailOfLog(memory, { path, lines: 5, maxBytes: 20, wholeWords });
  assert.deepEqual(read("/log/a", true), [" said", "last"]);
  assert.equal(read("/log/a", false)![0], "3crets3cret said".slice(-14));
  assert.deepEqual(read("/log/b", true), ["whole words"]);
});

Deno.test("tailOfLog() reads bytes that are no text", () => {
  const memory = memoryFiles();
  memory.writeAtomic("/log/a", new Uint8Array([0xff, 0xfe, 0, 10, 0x61]));
  assert.deepEqual(tailOfLog(memory, { path: "/log/a", lines: 5 }), ["\ufffd\ufffd\0", "a"]);
});

Deno.test("lastWords() gives the last lines that are not empty, cut at the front", () => {
  const memory = memoryFiles({ "/log/a": "first\n\n  second  \r\n\n\n", "/log/long": `${"é".repeat(5000)}END` });
  assert.equal(lastWords(memory, { path: "/log/a", characters: 2000 }), "first\n  second");
  assert.equal(lastWords(memory, { path: "/log/long", characters: 10 }), "éééééééEND");
  assert.equal(lastWords(memory, { path: "/log/none", characters: 10 }), "");
});
