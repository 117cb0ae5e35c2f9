// Proves that strings of JSON mean what the engine says they mean, also when they are no JSON.
import assert from "node:assert/strict";
import fc from "fast-check";
import { meaningInto } from "../../src/core/redact_json_string.ts";

/** What the characters mean, written behind `before` others; null when they mean what they look like, or nothing. */
function meaning(text: string, before = 0): string | null {
  const codes = Uint16Array.from([...Array(text.length).keys()], (i) => text.charCodeAt(i));
  const into = new Uint16Array(before + text.length + 1);
  const end = meaningInto(codes, { start: 0, end: codes.length, into, at: before });
  return end < 0 ? null : String.fromCharCode(...into.subarray(before, end));
}

function expected(text: string): string | null {
  if (!text.includes("\\")) return null;
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return null;
  }
}

Deno.test("meaningInto() reads escapes as JSON does", () => {
  assert.equal(meaning('a\\n\\"\\u00e9\\/'), 'a\n"é/');
  for (const text of ["", "plain", "a\\", "\\x", "\\u12", "\\u12g4", "a\nb\\n", "\\u-123"]) {
    assert.equal(meaning(text), null);
  }
});

Deno.test("meaningInto() agrees with the engine on any string without a quote of its own", () => {
  const parts = fc.constantFrom(
    "\\",
    "n",
    "u",
    "00",
    "e9",
    "D83D",
    "\\u",
    "\\\\",
    "é",
    "\ud800",
    "\t",
    " ",
    "/",
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), fc.nat(5), (parts, before) => {
      const text = parts.join("");
      assert.equal(meaning(text, before), expected(text), JSON.stringify(text));
    }),
    { numRuns: 5000 },
  );
});
