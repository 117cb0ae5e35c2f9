// Guards the lines that serve tells: plain, coloured or JSON, and harmless to a terminal.
import assert from "node:assert/strict";
import { tellerOn } from "../../src/cli/teller.ts";
import type { Telling } from "../../src/core/telling.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeStream } from "../fakes/fake_world.ts";

function told(telling: Telling, options: { readonly isJson?: boolean; readonly hasColor?: boolean } = {}): string {
  const stream = new FakeStream({ hasColor: options.hasColor ?? false });
  const clock = new FakeClock({ startsAt: "2026-11-21T10:20:30.123Z" });
  tellerOn(stream, { isJson: options.isJson ?? false, clock })(telling);
  return stream.text;
}

const telling: Telling = { kind: "round_ended", text: "round 1 ended", tone: "good", facts: { round: 1 } };

Deno.test("tellerOn() tells the local time and the sentence", () => {
  const at = new Date("2026-11-21T10:20:30.123Z");
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
  assert.equal(told(telling), `${time}  round 1 ended\n`);
});

Deno.test("tellerOn() colours by tone on a terminal only", () => {
  const codes = { good: "32", warn: "33", bad: "31" } as const;
  for (const [tone, code] of Object.entries(codes)) {
    const text = told({ ...telling, tone: tone as keyof typeof codes }, { hasColor: true });
    assert.ok(text.endsWith(`\u001b[${code}mround 1 ended\u001b[0m\n`), JSON.stringify(text));
  }
  const { tone: _, ...plain } = telling;
  assert.ok(told(plain, { hasColor: true }).endsWith("  round 1 ended\n"));
  assert.ok(!told(telling).includes("\u001b"));
});

Deno.test("tellerOn() writes one JSON object per happening, with its facts", () => {
  assert.deepEqual(JSON.parse(told(telling, { isJson: true })), {
    ts: "2026-11-21T10:20:30.123Z",
    happening: "round_ended",
    text: "round 1 ended",
    round: 1,
  });
});

Deno.test("tellerOn() lets no agent move or colour the terminal, nor break a line", () => {
  const hostile = { kind: "x", text: "a\u001b[31mb\nc\rd\u009be\u202ef" };
  const text = told(hostile);
  assert.ok(text.endsWith("  a\\u001b[31mb\\nc\\u000dd\\u009be\\u202ef\n"), JSON.stringify(text));
  const coloured = told({ ...hostile, tone: "bad" }, { hasColor: true });
  assert.equal(coloured.split("\n").length, 2);
  assert.ok(!coloured.includes("\u001b[31mb"), "the agent's own colour is spelled out");
  const json = told(hostile, { isJson: true });
  assert.equal(json.split("\n").length, 2);
  assert.equal(JSON.parse(json).text, hostile.text);
});

Deno.test("tellerOn() puts what to do on a line of its own, and obeys nothing in it", () => {
  const mended = { ...telling, fix: "Do it\u001b[31m\nagain" };
  assert.match(told(mended), /^[\d:]{8} {2}round 1 ended\n {2}fix: Do it\\u001b\[31m\\nagain\n$/);
  assert.ok(told(mended, { hasColor: true }).endsWith("\n  \u001b[2mfix:\u001b[0m Do it\\u001b[31m\\nagain\n"));
  assert.equal(JSON.parse(told(mended, { isJson: true })).fix, mended.fix);
});
