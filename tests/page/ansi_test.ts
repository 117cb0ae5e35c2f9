// Guards that a terminal's colours become fixed class names, and that nothing else of it comes through.
import assert from "node:assert/strict";
import fc from "fast-check";
import { ansiMarkup } from "../../src/page/ansi.ts";
import { withoutAnsi } from "../../src/view/terminal_text.ts";

const table: readonly (readonly [what: string, text: string, wanted: string])[] = [
  ["plain text", "a < b", "a &lt; b"],
  ["a colour and its end", "\x1b[31mred\x1b[0m.", '<span class="f1">red</span>.'],
  ["several at once", "\x1b[1;4;32;44mx", '<span class="f2 g4 bo un">x</span>'],
  ["bright colours", "\x1b[91;102mx", '<span class="f9 g10">x</span>'],
  ["one of 256", "\x1b[38;5;196mx\x1b[39my", '<span class="f9">x</span>y'],
  ["a grey of 256", "\x1b[48;5;232mx", '<span class="g0">x</span>'],
  ["one of 16 million", "\x1b[38;2;0;120;0mx", '<span class="f2">x</span>'],
  ["with colons", "\x1b[38:5:4mx", '<span class="f4">x</span>'],
  ["an end without parameters", "\x1b[3mx\x1b[my", '<span class="it">x</span>y'],
  ["a number that means nothing", "\x1b[999mx", "x"],
  ["moves of the cursor", "a\x1b[2J\x1b[1;1Hb\x1b[K", "ab"],
  ["a title", "\x1b]0;evil <b>\x07x", "x"],
  ["a link", "\x1b]8;;javascript:alert(1)\x1b\\here\x1b]8;;\x1b\\", "here"],
  ["a device string that does not end", "x\x1bPq<script>", "x"],
  ["one-byte forms", "\x9b31mx\x9b0m\x9d0;t\x9cy", '<span class="f1">x</span>y'],
  ["a sequence that is cut off", "x\x1b[31", "x"],
  ["ESC at the end", "x\x1b", "x"],
  ["a line that was written over", "10%\r50%\r100%\nnext\r\n", "100%\nnext\n"],
  ["a bell and a backspace", "a\x07b\x08", "a\ufffdb\ufffd"],
  [
    "markup within colours",
    '\x1b[31m<script>alert("1")</script>',
    '<span class="f1">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</span>',
  ],
];

for (const [what, text, wanted] of table) {
  Deno.test(`ansiMarkup() shows ${what}`, () => assert.equal(ansiMarkup(text).text, wanted));
}

Deno.test("ansiMarkup() gives up colours where there are too many of them", () => {
  const noise = "\x1b[31ma\x1b[32mb".repeat(5000);
  assert.equal(ansiMarkup(noise).text, "ab".repeat(5000));
});

Deno.test("ansiMarkup() takes time that grows with the text alone", () => {
  for (const piece of ["\x1b]", "\x1b[", "\x9b0;", "\x1bP", "\x90", "\x1b[;;;;;", "\r", "\x1b[38;5;"]) {
    const text = piece.repeat(100_000);
    const startedAt = performance.now();
    ansiMarkup(text);
    const took = performance.now() - startedAt;
    assert.ok(took < 3000, `${JSON.stringify(piece)}: ${took} ms`);
  }
});

Deno.test("ansiMarkup() lets no markup through, whatever the text", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\x1b[31m", "\x1b]8;;x\x07", "<script>", "\x1b[", "\x9d", "\r", "\n", '"><img src=x onerror=y>'),
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    const { text } = ansiMarkup(pieces.join(""));
    const bare = text.replaceAll(/<span class="[fgbodituns0-9 ]+">|<\/span>/g, "");
    assert.doesNotMatch(bare, /[<>"']/);
    assert.ok(!bare.includes("\x1b"));
  }));
});

Deno.test("withoutAnsi() leaves the text as people see it", () => {
  assert.equal(withoutAnsi("\x1b[31msk-\x1b[0mabc\rdef"), "def");
  assert.equal(withoutAnsi("\x1b[31msk-\x1b[0mabc"), "sk-abc");
});
