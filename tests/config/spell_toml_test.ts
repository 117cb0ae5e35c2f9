// Values spelled as TOML must mean the same when they are read again.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "smol-toml";
import { spellFound, spellKey, spellToml } from "../../src/config/spell_toml.ts";

Deno.test("spellToml() writes what the parser reads back", () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.string({ unit: "grapheme" }),
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.string().filter((key) => key !== "__proto__"), tie("any"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  })).any;
  fc.assert(fc.property(value, (written) => {
    const read = parse(`a = ${spellToml(written)}`)["a"];
    assert.equal(JSON.stringify(read), JSON.stringify(written));
  }));
});

Deno.test("spellKey() quotes what is no bare key", () => {
  assert.deepEqual(["a-b_1", "a.b", "", "ü"].map(spellKey), ["a-b_1", '"a.b"', '""', '"ü"']);
});

Deno.test("spellFound() stays short, on one line, and tells whole from decimal", () => {
  assert.equal(spellFound(3n), "3");
  assert.equal(spellFound(3), "3.0");
  assert.equal(spellFound(Number.NaN), "nan");
  assert.equal(spellFound(-Infinity), "-inf");
  assert.equal(spellFound([1n, 2n, 3n, 4n]), "a list of 4 values");
  assert.equal(spellFound({ a: 1 }), "a table");
  assert.equal(spellFound(new Date(0)), "a date or time");
  assert.equal(spellFound("x".repeat(1000)).length, 80);
  assert.equal(spellFound("a\n\u001b[31m\u202e"), '"a\\n\\u001b[31m\\u202e"');
});
