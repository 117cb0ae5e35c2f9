// Guards the sets and lists that the redactor looks words and positions up in.
import assert from "node:assert/strict";
import { Numbers } from "../../src/core/redact_numbers.ts";
import { WordSet } from "../../src/core/redact_words.ts";

Deno.test("WordSet finds its words in any case, in the middle of a text, and no others", () => {
  const set = new WordSet("cookie set-cookie x-api-key");
  const has = (word: string) => set.has(`a ${word} b`, 2, 2 + word.length);
  for (const word of ["cookie", "Cookie", "SET-COOKIE", "X-Api-Key"]) assert.equal(has(word), true, word);
  for (const word of ["", "cook", "cookies", "sookie", "x".repeat(38), "#ookie"]) assert.equal(has(word), false, word);
});

Deno.test("Numbers keeps what is pushed, set and cut, also when it grows", () => {
  const numbers = new Numbers();
  for (let i = 0; i < 1000; i++) numbers.push(i * 3);
  numbers.set(7, -1);
  assert.deepEqual([numbers.length, numbers.at(7), numbers.at(999)], [1000, -1, 2997]);
  numbers.cut(8);
  numbers.push(5);
  assert.deepEqual([numbers.length, numbers.at(8)], [9, 5]);
});
