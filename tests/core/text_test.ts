// Guards the small functions on text: times, durations, cuts, near words and shell words.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  clip,
  editDistance,
  fileStamp,
  isoTime,
  monthOf,
  nearest,
  shellQuote,
  spellBytes,
  spellDuration,
  visible,
} from "../../src/core/text.ts";

const at = Date.parse("2026-11-21T10:20:30.123Z");

Deno.test("isoTime(), monthOf() and fileStamp() spell UTC", () => {
  assert.equal(isoTime(at), "2026-11-21T10:20:30.123Z");
  assert.equal(monthOf(at), "2026-11");
  assert.equal(fileStamp(at), "20261121T102030");
});

const durations: readonly [seconds: number, text: string][] = [
  [-5, "0.0s"],
  [0, "0.0s"],
  [0.44, "0.4s"],
  [9.94, "9.9s"],
  [9.96, "10s"],
  [59.4, "59s"],
  [59.6, "1m 00s"],
  [200, "3m 20s"],
  [3599.6, "1h 00m"],
  [7500, "2h 05m"],
  [86_399, "23h 59m"],
  [273_600, "3d 4h"],
  [NaN, "unknown"],
  [Infinity, "unknown"],
];

for (const [seconds, text] of durations) {
  Deno.test(`spellDuration() spells ${seconds} s as ${text}`, () => assert.equal(spellDuration(seconds), text));
}

const sizes: readonly [bytes: number, text: string][] = [
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KB"],
  [20 * 1024 ** 2, "20 MB"],
  [1.5 * 1024 ** 3, "1.5 GB"],
  [5000 * 1024 ** 4, "5000 TB"],
];

for (const [bytes, text] of sizes) {
  Deno.test(`spellBytes() spells ${bytes} as ${text}`, () => assert.equal(spellBytes(bytes), text));
}

Deno.test("clip() never makes half a surrogate pair of a whole one", () => {
  assert.equal(clip("abc", 3), "abc");
  assert.equal(clip("abcd", 3), "abc");
  assert.equal(clip("ab🙂", 3), "ab");
  assert.equal(clip("ab🙂", 4), "ab🙂");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(50), (text, length) => {
    const cut = clip(text, length);
    assert.ok(cut.length <= length && text.startsWith(cut));
    assert.ok(!/[\uD800-\uDBFF]$/.test(cut));
  }));
});

Deno.test("visible() leaves a terminal nothing to obey", () => {
  assert.equal(visible("a\nb\tc"), "a\\nb\\tc");
  assert.equal(visible("\u001b[31mred\u001b[0m"), "\\u001b[31mred\\u001b[0m");
  assert.equal(visible("\u009b31m\u202e\u2066\u2028\u007f\r"), "\\u009b31m\\u202e\\u2066\\u2028\\u007f\\u000d");
  assert.equal(visible("é 日本 🙂 ~"), "é 日本 🙂 ~");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    // deno-lint-ignore no-control-regex -- control characters are what must not come out
    assert.ok(!/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(visible(text)));
  }));
});

Deno.test("nearest() finds what was probably meant, and nothing far away", () => {
  const verbs = ["serve", "round", "peek", "events"];
  assert.equal(nearest("sevre", verbs), "serve");
  assert.equal(nearest("SERVE", verbs), "serve");
  assert.equal(nearest("event", verbs), "events");
  assert.equal(nearest("pek", verbs), "peek");
  assert.equal(nearest("frobnicate", verbs), null);
  assert.equal(nearest("", verbs), null);
  assert.equal(nearest("x", []), null);
});

Deno.test("editDistance() counts insertions, deletions, substitutions and swaps", () => {
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("abc", "abc"), 0);
  assert.equal(editDistance("abc", "acb"), 1);
  assert.equal(editDistance("abc", "axc"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
});

Deno.test("editDistance() is a distance", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(fc.property(word, word, (a, b) => {
    const distance = editDistance(a, b);
    assert.equal(distance, editDistance(b, a));
    assert.equal(distance === 0, a === b);
    assert.ok(distance <= Math.max(a.length, b.length));
  }));
});

Deno.test("shellQuote() makes one word that a shell reads back", async () => {
  assert.equal(shellQuote("/usr/bin/x-1.0"), "/usr/bin/x-1.0");
  assert.equal(shellQuote(""), "''");
  assert.equal(shellQuote("it's"), `'it'\\''s'`);
  const words = ["a b", "$(x)", "`x`", "'", '"', "\\", "*", "~", "é", "\n", "#", "", "-n", "a;b", "{a,b}"];
  const script = `printf '%s|' ${words.map(shellQuote).join(" ")}`;
  const { stdout } = await new Deno.Command("/bin/sh", { args: ["-c", script] }).output();
  assert.equal(new TextDecoder().decode(stdout), words.map((word) => `${word}|`).join(""));
});
