// Proves on made-up texts what holds for every text: no planted secret is left, and nothing is masked that cannot be one.
import assert from "node:assert/strict";
import fc from "fast-check";
import { redact, redactor, secretSpans } from "../../src/core/redact.ts";

const alnum = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
/** Random, and with what tells it from a word. */
const body = fc.array(fc.constantFrom(...alnum), { minLength: 36, maxLength: 60 }).map((letters) =>
  `a7Q${letters.join("")}`
);
const prefix = fc.constantFrom(`gh${"p_"}`, `sk-${"ant-"}`, `gl${"pat-"}`, `np${"m_"}`, `hf${"_"}`, `sk_${"live_"}`);
/** How a log shows what has a name. */
const shown = fc.constantFrom(
  (secret: string) => `API_TOKEN=${secret}`,
  (secret: string) => `password: ${secret}`,
  (secret: string) => `--api-key ${secret}`,
  (secret: string) => `--api-key='${secret}'`,
  (secret: string) => JSON.stringify({ client_secret: secret, n: 1 }),
  (secret: string) => JSON.stringify({ text: JSON.stringify({ token: secret }) }),
  (secret: string) => `Authorization: Bearer ${secret}`,
  (secret: string) => `https://me:${secret}@host/path`,
  (secret: string) => `<stdout>DB_PASSWORD=${secret}</stdout>`,
);
/** Whole lines that open nothing which the next line could go on with. */
const line = fc.array(fc.constantFrom("the", "agent", "wrote", "12 files", "(ok)", "a/b.ts:7", "é→漢", "…"), {
  maxLength: 9,
}).map((words) => words.join(" "));
const lines = fc.array(line, { maxLength: 12 }).map((all) => all.join("\n"));

Deno.test("redact() leaves nothing of a named secret, however it is shown and whatever stands around it", () => {
  fc.assert(
    fc.property(body, shown, lines, lines, (secret, show, before, after) => {
      const masked = redact(`${before}\n${show(secret)}\n${after}`);
      assert.ok(!masked.includes(secret.slice(3)), masked);
      assert.ok(masked.startsWith(before) && masked.endsWith(after), masked);
      assert.equal(redact(masked), masked);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("redact() leaves nothing of a token of known shape in any text, word boundaries around it", () => {
  const around = fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !/-----|<redacted>/.test(text));
  fc.assert(
    fc.property(prefix, body, around, around, (start, secret, before, after) => {
      const masked = redact(`${before} ${start}${secret} ${after}`);
      assert.ok(!masked.includes(secret), masked);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("redactor() leaves no known value, also where several overlap", () => {
  fc.assert(
    fc.property(body, fc.nat(20), fc.nat(20), lines, (secret, from, more, around) => {
      const values = [secret, secret.slice(from / 2, 30 + more / 2), secret.slice(10)];
      const masked = redactor(values)(`${around} ${secret}${secret.slice(10)} ${around}`);
      for (const value of values) assert.ok(!masked.includes(value), masked);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("redact() leaves text alone that has no separator, no dash and no long word", () => {
  const word = fc.string({ unit: fc.constantFrom(...alnum, "é", "_", ".", "/", "(", ")", "*", "#"), maxLength: 7 })
    .filter((text) => !/^(?:pass|login|ident|basic|bearer|token|apikey|digest)/i.test(text));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), fc.constantFrom(" ", "\n", ", ", "; "), (words, gap) => {
      const text = words.join(gap);
      assert.equal(redact(text), text);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("secretSpans() gives parts in order and apart, each within the text", () => {
  const piece = fc.oneof(
    lines,
    fc.tuple(shown, body).map(([show, secret]) => show(secret)),
    fc.constantFrom('"', "\\", "{"),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (parts) => {
      const text = parts.join("\n");
      let at = 0;
      for (const { start, end } of secretSpans(text)) {
        assert.ok(start >= at && end > start && end <= text.length);
        at = end + 1;
      }
    }),
    { numRuns: 1000 },
  );
});
