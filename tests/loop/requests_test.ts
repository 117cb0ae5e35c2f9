// Guards that a request to go on counts once, while serve waits, and never before or for ever.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  cancelPath,
  CancelRequests,
  requestCancel,
  requestRetry,
  retryPath,
  RetryRequests,
} from "../../src/loop/requests.ts";
import { MemoryFiles, memoryFiles } from "../fakes/memory_files.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const path = "/log/requests/retry-now.json";

function scene(at = now) {
  const files = new MemoryFiles();
  requestRetry("/log", { now: at, pid: 42 }, files);
  return { files, requests: new RetryRequests("/log", files) };
}

Deno.test("requestRetry() leaves a private file that says when and by whom", () => {
  const { files } = scene();
  assert.equal(retryPath("/log"), path);
  assert.deepEqual(JSON.parse(files.readText(path)!), { schema: 1, at: "2026-11-21T10:00:00.000Z", by_pid: 42 });
  assert.deepEqual([files.modeOf(path), files.modeOf("/log/requests")], [0o600, 0o700]);
});

Deno.test("RetryRequests takes a request once", () => {
  const { files, requests } = scene();
  assert.deepEqual([requests.take(now), requests.take(now)], [true, false]);
  assert.deepEqual(files.paths(), []);
});

Deno.test("RetryRequests removes a request from before the wait, and does not obey it", () => {
  const { files, requests } = scene(now - 1);
  assert.equal(requests.take(now), false);
  assert.deepEqual(files.paths(), []);
  const later = scene();
  later.requests.clear();
  assert.equal(later.requests.take(0), false);
  assert.deepEqual(later.files.paths(), []);
});

Deno.test("RetryRequests does not obey what it cannot remove: it would end every wait", () => {
  const { files, requests } = scene();
  files.failWith(path, "denied");
  assert.equal(requests.take(now), false);
  files.failWith(path, null);
  files.remove = () => {
    throw new Error("read only");
  };
  assert.equal(requests.take(now), false);
});

Deno.test("RetryRequests obeys nothing but a plain file", () => {
  const { files, requests } = scene();
  files.rename(path, "/elsewhere.json");
  files.link(path, "/elsewhere.json");
  assert.equal(requests.take(now), false);
  assert.deepEqual(files.paths(), ["/elsewhere.json"], "the link is gone, what it points to is not");
  files.makeDir(path);
  assert.equal(requests.take(now), false);
});

const others = ["", "null", "[]", "5", "{", '"2026-11-21T10:00:00Z"', '{"at": 5}', '{"at": "soon"}', "\0\0"];

for (const text of others) {
  Deno.test(`RetryRequests removes ${JSON.stringify(text)} and does not obey it`, () => {
    const files = memoryFiles({ [path]: text });
    assert.equal(new RetryRequests("/log", files).take(0), false);
    assert.deepEqual(files.paths(), []);
  });
}

Deno.test("RetryRequests never throws, whatever bytes it finds", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const files = new MemoryFiles();
    files.writeAtomic(path, bytes);
    new RetryRequests("/log", files).take(0);
    assert.deepEqual(files.paths(), []);
  }));
});

function cancelScene(round: number) {
  const files = new MemoryFiles();
  requestCancel("/log", { now, pid: 42, round }, files);
  return { files, requests: new CancelRequests("/log", files) };
}

Deno.test("requestCancel() leaves a private file that names the round", () => {
  const { files } = cancelScene(7);
  const content = JSON.parse(files.readText(cancelPath("/log"))!);
  assert.deepEqual(content, { schema: 1, at: "2026-11-21T10:00:00.000Z", by_pid: 42, round_num: 7 });
  assert.equal(files.modeOf(cancelPath("/log")), 0o600);
});

Deno.test("CancelRequests takes a request once, and only for the round it names", () => {
  const { files, requests } = cancelScene(7);
  assert.deepEqual([requests.take(7), requests.take(7)], [true, false]);
  assert.deepEqual(files.paths(), []);
  const late = cancelScene(7);
  assert.equal(late.requests.take(8), false);
  assert.deepEqual(late.files.paths(), [], "it does not lie in wait for another round");
});

Deno.test("CancelRequests obeys nothing that is no request, and nothing it cannot remove", () => {
  for (const text of [...others, '{"round_num": "7"}', '{"round_num": null}', "[7]"]) {
    const { files, requests } = cancelScene(7);
    files.writeAtomic(cancelPath("/log"), text);
    assert.equal(requests.take(7), false, text);
    assert.deepEqual(files.paths(), [], text);
  }
  const { files, requests } = cancelScene(7);
  files.remove = () => {
    throw new Error("read only");
  };
  assert.equal(requests.take(7), false);
});
