// Proves on a corpus that every kind of secret is masked and no look-alike is, also within JSON and in texts that are cut.
import assert from "node:assert/strict";
import fc from "fast-check";
import { redact } from "../../src/core/redact.ts";
import { lookAlikes, secretCases } from "./redact_corpus.ts";

const cases = secretCases();
const innocent = lookAlikes();
const json = (value: unknown) => JSON.stringify(value);

/** Ways in which a log wraps what a tool printed; each leaves a document that can be parsed. */
const wrappings: Readonly<Record<string, (text: string) => string>> = {
  "a line of JSON": (text) => json({ type: "tool_result", content: text, n: 1 }),
  "a list": (text) => json({ lines: ["x", text, "y"] }),
  "JSON within JSON": (text) => json({ c: json({ d: text, e: "f" }) }),
  "JSON within JSON within JSON": (text) => json({ c: json({ d: json({ x: text }), e: "f" }) }),
  "a document of several lines": (text) => JSON.stringify({ content: text, n: 1 }, null, 2),
};

Deno.test("the corpus holds at least 150 secrets and 150 look-alikes, each once", () => {
  assert.ok(cases.length >= 150 && innocent.length >= 150);
  assert.equal(new Set(cases.map(({ line }) => line)).size, cases.length);
  assert.equal(new Set(innocent).size, innocent.length);
  assert.ok(cases.every(({ secrets }) => secrets.length > 0));
});

Deno.test("redact() masks every secret of the corpus and nothing beside it", () => {
  for (const { text, masked, line } of cases) assert.equal(redact(text), masked, line);
});

Deno.test("redact() leaves every look-alike of the corpus alone", () => {
  for (const text of innocent) assert.equal(redact(text), text);
});

Deno.test("redact() is the same when applied twice on the corpus, and on all of it as one text", () => {
  const texts = [...cases.map(({ text }) => text), ...innocent];
  for (const text of [...texts, texts.join("\n")]) {
    const once = redact(text);
    assert.equal(redact(once), once, text);
  }
});

for (const [name, wrap] of Object.entries(wrappings)) {
  Deno.test(`redact() masks the corpus within ${name}, and leaves it valid`, () => {
    for (const { text, secrets, line } of cases) {
      const masked = redact(wrap(text));
      const content = unwrapped(masked);
      for (const secret of secrets.filter((secret) => secret.length > 3 && !secret.includes("\n"))) {
        assert.ok(!content.includes(secret), `${line}: ${masked}`);
      }
    }
  });

  Deno.test(`redact() leaves every look-alike alone within ${name}`, () => {
    for (const text of innocent) assert.equal(redact(wrap(text)), wrap(text));
  });
}

Deno.test("redact() masks secrets behind a time stamp and in records that were cut", () => {
  for (const { text, secrets, line } of cases.filter(({ text }) => !text.includes("\n"))) {
    const [secret] = secrets;
    // What is known by standing at the head of its line is not known elsewhere.
    if (secret!.length < 4 || /^(?:\S+:5432|\*)/.test(text)) continue;
    const stamped = redact(`data: ${json({ content: text })}`);
    assert.ok(!unwrapped(stamped).includes(secret!), `${line}: ${stamped}`);
    const cut = json({ n: 1, content: `${text} and more` }).slice(0, -7);
    assert.ok(!redact(cut).includes(json(secret).slice(1, -1)), `${line}: ${redact(cut)}`);
  }
});

Deno.test("redact() finds no less when secrets and look-alikes stand on lines next to each other", () => {
  const single = cases.filter(({ text, line }) => !text.includes("\n") && !/PRIVATE|"open quote/.test(line));
  const line = fc.oneof(
    fc.constantFrom(...single).map(({ text, masked }) => ({ text, masked })),
    fc.constantFrom(...innocent.filter((text) => !text.includes("|"))).map((text) => ({ text, masked: text })),
  );
  fc.assert(fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
    // An empty line ends what a line can open.
    const text = lines.map((part) => part.text).join("\n\n");
    assert.equal(redact(text), lines.map((part) => part.masked).join("\n\n"));
  }));
});

Deno.test("redact() never throws and is the same when applied twice on mutilated secrets", () => {
  const pieces = fc.array(
    fc.record({
      text: fc.constantFrom(...cases.map(({ text }) => text), ...innocent),
      from: fc.nat(40),
      length: fc.nat(120),
      gap: fc.constantFrom("", "\n", " ", '"', "'", "\\", '\\"', "\\n", "{", "}", ",", "=", ":", "`", "<redacted>"),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.map(({ text, from, length, gap }) => text.slice(from, from + length) + gap).join("");
      const once = redact(text);
      assert.equal(redact(once), once);
    }),
    { numRuns: 15_000 },
  );
});

/** All strings of a document, and of documents within its strings. */
function unwrapped(document: string): string {
  const collect = (value: unknown): string => {
    if (typeof value === "object" && value !== null) return Object.values(value).map(collect).join("\n");
    if (typeof value !== "string") return "";
    try {
      return `${value}\n${collect(JSON.parse(value))}`;
    } catch {
      return value;
    }
  };
  return collect(JSON.parse(document.replace(/^data: /, "")));
}
