// Guards that nothing from outside can become markup.
import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeText, safe } from "../../src/page/html.ts";

Deno.test("safe() escapes every value, in text and in quoted attributes", () => {
  const evil = `<img src=x onerror=alert(1)>"'\`&`;
  assert.equal(
    safe`<p title="${evil}">${evil}</p>`.text,
    `<p title="&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&#96;&amp;">&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&#96;&amp;</p>`,
  );
});

Deno.test("safe() leaves its own markup alone, and what is nothing out", () => {
  const inner = safe`<b>${"&"}</b>`;
  assert.equal(
    safe`${inner}${[inner, "<", null]}${null}${undefined}${false}${0}`.text,
    "<b>&amp;</b><b>&amp;</b>&lt;0",
  );
});

Deno.test("escapeText() shows what cannot be seen, and keeps lines and tabs", () => {
  assert.equal(escapeText("a\u0000b\u202ec\u0007\t\n"), "a\ufffdb\ufffdc\ufffd\t\n");
  assert.equal(escapeText("\ud800"), "\ufffd", "half a pair is no text");
});

Deno.test("escapeText() lets no character through that can begin or end markup", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.doesNotMatch(escapeText(text), /[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
  }));
});
