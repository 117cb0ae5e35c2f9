// Guards how long a pause is told to last, and that no mistake of writing makes it last otherwise.
import assert from "node:assert/strict";
import { parseAhead } from "../../src/cli/ahead.ts";
import { OperatorError } from "../../src/core/errors.ts";

const now = Date.parse("2026-11-21T10:00:00Z");
const given = (text: { readonly for?: string; readonly until?: string }) =>
  parseAhead({ for: text.for, until: text.until }, now);

Deno.test("parseAhead() reads lengths and moments", () => {
  assert.equal(given({}), null);
  assert.equal(given({ for: "90s" }), now + 90_000);
  assert.equal(given({ for: " 2h " }), now + 7_200_000);
  assert.equal(given({ for: "1w" }), now + 604_800_000);
  assert.equal(given({ until: "2026-11-21T12:30" }), now + 9_000_000);
  assert.equal(given({ until: "2026-11-22T12:30:00+02:00" }), now + 88_200_000);
});

const bad: readonly (readonly [text: Parameters<typeof given>[0], fix: RegExp])[] = [
  [{ for: "2h", until: "2026-11-21T12:30" }, /one of them/],
  [{ for: "2" }, /90s, 45m/],
  [{ for: "-2h" }, /90s, 45m/],
  [{ for: "0s" }, /lies ahead/],
  [{ for: "999999w" }, /Leave it out/],
  [{ for: "" }, /90s, 45m/],
  [{ until: "2h" }, /'--for 2h'/],
  [{ until: "tomorrow" }, /UTC time/],
  [{ until: "2026-11-21" }, /lies ahead/],
  [{ until: "2026-02-30" }, /UTC time/],
  [{ until: "2999-01-01" }, /Leave it out/],
];
for (const [text, fix] of bad) {
  Deno.test(`parseAhead() refuses ${JSON.stringify(text)} and says how to write it`, () => {
    assert.throws(() => given(text), (thrown) => {
      assert.ok(thrown instanceof OperatorError && thrown.exitCode === 2, String(thrown));
      assert.match(thrown.fix, fix);
      return true;
    });
  });
}
