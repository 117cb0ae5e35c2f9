// Proves that lines which are decoded many at once have the texts they have one by one.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LineDecoder } from "../../src/agents/line_decoder.ts";

Deno.test("LineDecoder.text() is what each line says, whatever its bytes are", () => {
  const line = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("plain ".repeat(2000), "é".repeat(5000), "", "\ufeffmark", "\0"),
    fc.uint8Array({ maxLength: 20 }),
  );
  fc.assert(fc.property(fc.array(fc.tuple(line, fc.boolean()), { maxLength: 30 }), (lines) => {
    const parts = lines.map(([text]) => typeof text === "string" ? new TextEncoder().encode(text) : text);
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    const decoder = new LineDecoder();
    decoder.begin(bytes);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    at = 0;
    for (const [i, part] of parts.entries()) {
      decoder.at(at, at + part.length);
      // Not every line is asked for.
      if (lines[i]![1]) assert.equal(decoder.text(), new TextDecoder().decode(part));
      at += part.length;
    }
  }));
});

Deno.test("LineDecoder.text() reads the bytes it was given last", () => {
  const decoder = new LineDecoder();
  for (const text of ["first", "other"]) {
    decoder.begin(new TextEncoder().encode(text));
    decoder.at(0, 5);
    assert.equal(decoder.text(), text);
    assert.equal(decoder.text(), text);
  }
});
