// Proves that a secret is found wherever it stands, also by finders that look at some characters of a text only.
import assert from "node:assert/strict";
import { redact } from "../../src/core/redact.ts";

const begin = `-----BEGIN ${"PRIVATE"} KEY-----`;
const end = `-----END ${"PRIVATE"} KEY-----`;

Deno.test("redact() finds a key and a line of a .pgpass at the start of a text and behind any number of others", () => {
  for (let count = 0; count < 40; count++) {
    const before = count === 0 ? "" : `${"a".repeat(count - 1)}\n`;
    assert.equal(redact(`${before}${begin}\nA1b2\n${end}`), `${before}<redacted>`);
    assert.equal(redact(`- ${before}- -- ${begin}\nA1b2\n${end}\n`), `- ${before}- -- <redacted>\n`);
    for (const port of ["5432", "15432", "*"]) {
      assert.equal(redact(`${before}h:${port}:d:u:hunter2`), `${before}h:${port}:d:u:<redacted>`);
      assert.equal(redact(`1\n${before}h:${port}:d:u:hunter2\n`), `1\n${before}h:${port}:d:u:<redacted>\n`);
    }
  }
});

Deno.test("redact() reads strings of JSON alike, whether other letters stand in them, are escaped there, or are none", () => {
  for (const letter of ["e", "é", "→", "😀", "\\u00e9", "\\u2192", "\\ud83d\\ude00", "\\u00c3\\u00a9", "\\ud800"]) {
    const text = `{"${letter}":"${letter} \\"${letter}\\" TOKEN=a1b2 ${letter}","n":1}\n`;
    assert.equal(redact(text), text.replace("a1b2", "<redacted>"));
    assert.equal(
      redact(`${text}{"password":"${letter}7"}`),
      `${text.replace("a1b2", "<redacted>")}{"password":"<redacted>"}`,
    );
  }
});

Deno.test("redact() knows the last field of a list of blocks, and where a block ends", () => {
  const text = "a:\n  secret: |\n   b\n\n   c\r\n  d: 1\nsecret: >-\n e\nf: 2\nsecret: |";
  assert.equal(
    redact(text),
    "a:\n  secret: |\n   <redacted>\n\n   <redacted>\r\n  d: 1\nsecret: >-\n <redacted>\nf: 2\nsecret: |",
  );
});
