// Guards that a round's output is read once, whole and in bounded pieces.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LogTap } from "../../src/round/log_tap.ts";
import { FakeReader } from "../fakes/fake_reader.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";
import { paths } from "./stage.ts";

class Recorder extends FakeReader {
  readonly parts: Uint8Array[] = [];

  override push(bytes: Uint8Array): void {
    this.parts.push(bytes.slice());
  }

  get all(): number[] {
    return this.parts.flatMap((part) => [...part]);
  }
}

function open(files = new MemoryFiles()) {
  const reader = new Recorder();
  return { files, reader, tap: new LogTap({ path: paths.log, files, reader }) };
}

Deno.test("LogTap waits for a log that is not there yet", () => {
  const { files, tap, reader } = open();
  assert.equal(tap.read(), false);
  files.append(paths.log, new TextEncoder().encode("hi"));
  assert.equal(tap.read(), true);
  assert.equal(tap.read(), false);
  assert.equal(tap.size, 2);
  assert.deepEqual(reader.all, [104, 105]);
});

Deno.test("LogTap reads each byte once, however the log grows", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (pieces) => {
    const { files, tap, reader } = open();
    for (const piece of pieces) {
      files.append(paths.log, piece);
      assert.equal(tap.read(), piece.length > 0);
    }
    assert.deepEqual(reader.all, pieces.flatMap((piece) => [...piece]));
  }));
});

Deno.test("LogTap reads at most 16 MiB at a time, in small pieces", () => {
  const { files, tap, reader } = open();
  files.writeAtomic(paths.log, new Uint8Array(20 * 1024 * 1024));
  assert.equal(tap.read(), true);
  assert.equal(tap.size, 16 * 1024 * 1024);
  assert.ok(reader.parts.every((part) => part.length <= 256 * 1024));
  tap.read();
  assert.equal(tap.size, 20 * 1024 * 1024);
});

Deno.test("LogTap is silent about a log that cannot be read, and goes on when it can", () => {
  const { files, tap } = open();
  files.append(paths.log, new Uint8Array(10));
  files.failWith(paths.log, "denied");
  assert.equal(tap.read(), false);
  files.failWith(paths.log, null);
  assert.equal(tap.read(), true);
  assert.equal(tap.size, 10);
});

Deno.test("LogTap is not disturbed by a log that was cut", () => {
  const { files, tap } = open();
  files.append(paths.log, new Uint8Array(10));
  tap.read();
  files.writeAtomic(paths.log, "");
  assert.equal(tap.read(), false);
  assert.equal(tap.size, 10);
});

Deno.test("LogTap may be closed twice, and before it read", () => {
  const { tap } = open();
  tap.close();
  tap.close();
});

Deno.test("LogTap passes over what an earlier life cut out of the log, and begins a new line behind it", () => {
  const files = new MemoryFiles();
  const reader = new Recorder();
  files.writeAtomic(paths.log, `head${"o".repeat(8)}tail\n`);
  const tap = new LogTap({ path: paths.log, files, reader, cut: { from: 4, to: 12 } });
  tap.read();
  assert.equal(new TextDecoder().decode(new Uint8Array(reader.all)), "head\ntail\n");
  assert.equal(tap.size, 17);
});

Deno.test("LogTap goes on where it is sent to, and never back", () => {
  const { files, tap, reader } = open();
  files.writeAtomic(paths.log, "0123456789");
  tap.read();
  files.append(paths.log, new TextEncoder().encode("abcdef"));
  tap.skipTo(5);
  tap.skipTo(13);
  tap.read();
  assert.equal(new TextDecoder().decode(new Uint8Array(reader.all)), "0123456789\ndef");
});
