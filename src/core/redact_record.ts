// Masks the secrets in a whole record, whatever its fields hold.
import type { Redactor } from "./redact.ts";
import { looksSecret, secrecyOf } from "./redact_names.ts";
import { mask } from "./redact_spans.ts";
import { isHarmless } from "./redact_values.ts";

const deepest = 64;

/**
 * The record with every text in it masked by `redact`, and texts in fields of a secret's name masked whole. Numbers, truth
 * values and names of fields stay. A record without secrets is returned as it is. Never throws.
 */
export function redactedRecord<T>(record: T, redact: Redactor): T {
  return masked(record, redact, 0) as T;
}

function masked(value: unknown, redact: Redactor, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null || depth >= deepest) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => masked(item, redact, depth + 1));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  const fields = Object.entries(value);
  const changed = fields.map(([name, field]) => [name, maskedField(name, field, { redact, depth })] as const);
  return changed.every(([, field], i) => field === fields[i]![1]) ? value : Object.fromEntries(changed);
}

function maskedField(
  name: string,
  field: unknown,
  { redact, depth }: { readonly redact: Redactor; readonly depth: number },
): unknown {
  if (typeof field !== "string" || !looksSecret(name)) return masked(field, redact, depth + 1);
  const place = { secrecy: secrecyOf(name), isQuoted: true, isSpaced: false, isLoose: false, isLine: false };
  return isHarmless(field, place) ? redact(field) : mask;
}
