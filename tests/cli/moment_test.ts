// Guards moments as people write them.
import assert from "node:assert/strict";
import { parseMoment } from "../../src/cli/moment.ts";
import { OperatorError } from "../../src/core/errors.ts";

const now = Date.parse("2026-11-21T12:00:00Z");

function moment(text: string): string {
  return new Date(parseMoment(text, { flag: "since", now })).toISOString();
}

Deno.test("parseMoment() reads how long ago", () => {
  assert.equal(moment("90s"), "2026-11-21T11:58:30.000Z");
  assert.equal(moment("10m"), "2026-11-21T11:50:00.000Z");
  assert.equal(moment(" 2h ago "), "2026-11-21T10:00:00.000Z");
  assert.equal(moment("3d"), "2026-11-18T12:00:00.000Z");
  assert.equal(moment("1w"), "2026-11-14T12:00:00.000Z");
});

Deno.test("parseMoment() reads days and ISO times, in UTC unless they say otherwise", () => {
  assert.equal(moment("2026-11-20"), "2026-11-20T00:00:00.000Z");
  assert.equal(moment("2026-11-20 08:30"), "2026-11-20T08:30:00.000Z");
  assert.equal(moment("2026-11-20T08:30:15.250Z"), "2026-11-20T08:30:15.250Z");
  assert.equal(moment("2026-11-20T08:30+02:00"), "2026-11-20T06:30:00.000Z");
});

Deno.test("parseMoment() takes the last day of every month, in leap years too", () => {
  for (const day of ["2026-02-28", "2028-02-29", "2026-04-30", "2026-12-31", "2000-02-29"]) {
    assert.equal(moment(day), `${day}T00:00:00.000Z`);
  }
});

Deno.test("parseMoment() refuses the rest, with the flag's name", () => {
  for (
    const text of [
      "",
      "h",
      "10",
      "-5m",
      "5 m",
      "tomorrow",
      "2026-02-30T99:00",
      "10:30",
      "1e3s",
      "2026-02-30",
      "2026-02-29T10:00Z",
      "2026-04-31",
      "2026-13-01",
      "2026-00-10",
    ]
  ) {
    assert.throws(
      () => parseMoment(text, { flag: "until", now }),
      (thrown) => thrown instanceof OperatorError && thrown.exitCode === 2 && /--until/.test(thrown.message),
      text,
    );
  }
});
