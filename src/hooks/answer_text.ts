// Reads what a hook printed: one JSON object, and nothing else.
import { hookProtocol } from "../core/hook.ts";
import { quoted } from "./failure.ts";
import type { HookFault } from "./failure.ts";

/** Deeper nesting serves nobody, and what walks the answer afterwards relies on a bound. */
const deepestNesting = 64;

/** The object, or what is wrong with the text. */
export type ParsedAnswer =
  | { readonly kind: "ok"; readonly answer: Readonly<Record<string, unknown>> }
  | { readonly kind: "bad"; readonly fault: HookFault; readonly message: string };

/** Never throws, whatever the bytes hold. */
export function parseAnswer(bytes: Uint8Array): ParsedAnswer {
  const text = decode(bytes);
  if (text === null) return bad("no_json", "its answer is not UTF-8");
  if (text.trim() === "") return bad("no_answer", "it wrote nothing to its standard output");
  if (nestingOf(text) > deepestNesting) return bad("no_json", `its answer nests deeper than ${deepestNesting} levels`);
  const answer = parseObject(text);
  if (answer === null) {
    return bad("no_json", `its answer is not one JSON object: ${quoted(text.trim())}`);
  }
  const { protocol, error } = answer;
  if (protocol === undefined) return bad("bad_field", `its answer lacks the field 'protocol'`);
  if (protocol !== hookProtocol) {
    const found = quoted(JSON.stringify(protocol));
    return bad("wrong_version", `its answer has to speak protocol ${hookProtocol}, found ${found}`);
  }
  if (error === undefined || error === null) return { kind: "ok", answer };
  if (typeof error !== "string") return bad("bad_field", "the field 'error' is no text");
  return bad("reported", error.trim() === "" ? "it reports an error without a word" : quoted(error.trim()));
}

function bad(fault: HookFault, message: string): ParsedAnswer {
  return { kind: "bad", fault, message };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : null;
  } catch {
    return null;
  }
}

/** Most brackets that are open at once, outside of texts. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInText) {
      if (code === 0x5c) at++;
      else if (code === 0x22) isInText = false;
    } else if (code === 0x22) isInText = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}
