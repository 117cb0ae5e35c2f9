// Guards who is let in to the page: what the command line may ask for, and how a token is read.
import assert from "node:assert/strict";
import { readDoor, spellListenFault } from "../../src/cli/page_door.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const token = "0123456789abcdef0123456789abcdef";
const nothing = { token: undefined, tokenFile: undefined, hosts: [], address: null } as const;

Deno.test("readDoor() takes a token from a file that only its owner may read", () => {
  const files = memoryFiles({ "/home/me/token": `${token}\n` });
  assert.deepEqual(readDoor({ ...nothing, tokenFile: "/home/me/token", hosts: ["Pi.LAN"] }, files), {
    token,
    hosts: ["pi.lan"],
  });
  for (const mode of [0o640, 0o604, 0o666]) {
    files.chmod("/home/me/token", mode);
    assert.throws(() => readDoor({ ...nothing, tokenFile: "/home/me/token" }, files), {
      message: "Others may read the token in '/home/me/token'",
      fix: "chmod 600 '/home/me/token'",
      exitCode: 1,
    });
  }
});

Deno.test("readDoor() refuses a token that is none, twice, or cannot be read", () => {
  const files = memoryFiles({ "/a": "", "/b": "with a space in it, yes", "/c": "x" });
  for (const tokenFile of ["/a", "/b", "/c", "/", "/none"]) {
    assert.throws(() => readDoor({ ...nothing, tokenFile }, files), { name: "OperatorError" }, tokenFile);
  }
  assert.throws(() => readDoor({ ...nothing, token, tokenFile: "/a" }, files), /both given/);
  files.failWith("/c", "denied");
  assert.throws(() => readDoor({ ...nothing, tokenFile: "/c" }, files), /Cannot read the token/);
});

Deno.test("readDoor() lets the page be reached from elsewhere only with a token", () => {
  const files = memoryFiles({});
  for (const address of ["0.0.0.0", "::"] as const) {
    assert.throws(() => readDoor({ ...nothing, address }, files), { name: "OperatorError", exitCode: 2 });
    assert.equal(readDoor({ ...nothing, address, token }, files).token, token);
  }
  for (const address of ["127.0.0.1", "::1"] as const) {
    assert.equal(readDoor({ ...nothing, address }, files).token, null);
  }
});

Deno.test("spellListenFault() says what to do about each kind", () => {
  for (const kind of ["taken", "denied", "absent", "other"] as const) {
    for (const line of Object.values(spellListenFault({ kind, reason: "why" }, 80))) {
      assert.match(line, /^\S[^\n]+$/);
    }
  }
  assert.equal(spellListenFault({ kind: "taken", reason: "x" }, 8765).text, "Port 8765 is taken");
});
