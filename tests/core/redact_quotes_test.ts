// Proves that going over all quotes once finds the same ends as looking for each of them alone.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isQuote, quotedEnd } from "../../src/core/redact_ends.ts";
import { QuotedText } from "../../src/core/redact_quotes.ts";

Deno.test("QuotedText finds the end of every quote that is asked for from left to right", () => {
  const text = fc.array(fc.constantFrom('"', "'", "`", "\\", "\\\\", "a", "\n", "\r", " "), { maxLength: 40 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 4 }), (text, step) => {
      const quotes = [...text].flatMap((character, i) => isQuote(character.charCodeAt(0)) ? [i] : []);
      const quoted = new QuotedText(text);
      for (let i = 0; i < quotes.length; i += step) {
        assert.equal(quoted.endOf(quotes[i]!), quotedEnd(text, quotes[i]!), JSON.stringify([text, quotes[i]]));
      }
    }),
    { numRuns: 5000 },
  );
});

Deno.test("QuotedText answers twice, and for a quote before the last one", () => {
  const quoted = new QuotedText(`"a" 'b' "c`);
  assert.deepEqual([quoted.endOf(8), quoted.endOf(8), quoted.endOf(0), quoted.endOf(4)], [10, 10, 2, 6]);
});
