// Takes over a hook's own events: their kinds carry its name, their texts are masked, their size is bounded.
import { isEventKind } from "../core/event_payload.ts";
import { ownEventPrefix } from "../core/hook.ts";
import type { Answer } from "./answers.ts";
import type { Redactor } from "../core/redact.ts";

/** Most characters of one payload as JSON. */
const longestPayload = 16_384;

const masked = "<redacted>";

/** An event of a kind that the table of kinds does not know. */
export interface OwnEvent {
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The events, or what is wrong with one of them. */
export type OwnEvents =
  | { readonly kind: "ok"; readonly events: readonly OwnEvent[] }
  | { readonly kind: "bad"; readonly message: string };

/** @param facts whose events they are, and of which round */
export function ownEvents(
  reported: NonNullable<Answer<"round_after">["events"]>,
  facts: { readonly hook: string; readonly round: number; readonly redact: Redactor },
): OwnEvents {
  const events: OwnEvent[] = [];
  const prefix = ownEventPrefix(facts.hook);
  for (const [i, { kind, payload }] of reported.entries()) {
    if (!kind.startsWith(prefix) || kind === prefix) {
      return {
        kind: "bad",
        message: `the field 'events.${i}.kind' has to begin with '${prefix}', found '${kind}'`,
      };
    }
    if (isEventKind(kind)) {
      return {
        kind: "bad",
        message: `the field 'events.${i}.kind' has to be no kind of the program's own, found '${kind}'`,
      };
    }
    const { ts: _ts, event: _event, round_num: _round, hook: _hook, ...fields } = payload;
    const told = maskAll(fields, facts.redact) as Readonly<Record<string, unknown>>;
    if (JSON.stringify(told).length > longestPayload) {
      return {
        kind: "bad",
        message: `the field 'events.${i}.payload' has to be at most ${longestPayload} characters long`,
      };
    }
    events.push({ kind, payload: { round_num: facts.round, hook: facts.hook, ...told } });
  }
  return { kind: "ok", events };
}

function maskAll(value: unknown, redact: Redactor): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((item) => maskAll(item, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), maskField(key, item, redact)]),
  );
}

/** A text can be harmless by itself and a secret by its name. */
function maskField(key: string, value: unknown, redact: Redactor): unknown {
  if (typeof value !== "string") return maskAll(value, redact);
  const spelled = redact(value);
  if (spelled !== value || value === "") return spelled;
  const pair = JSON.stringify({ [key]: value });
  return redact(pair) === pair ? value : masked;
}
