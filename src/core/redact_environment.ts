// Picks from an environment the values that must not show anywhere.
import { looksSecret } from "./redact_names.ts";
import { isMixed, isPath } from "./redact_values.ts";

const shortest = 8;
const longestWord = 20;
const deepest = 6;
const credentials = /^[A-Za-z][\w+.-]*:\/\/[^\s/?#@:]*:([^\s@]+)@/;

/** Headers for collectors of telemetry, `name=value,...`: a login as a rule. */
const headers = /^OTEL_EXPORTER_OTLP_(?:[A-Z]+_)?HEADERS$/;

/**
 * The values of all variables whose names look secret, what is sent to collectors as headers, and the passwords in URLs of any variable. Values that would
 * take innocent text with them are left out: short ones, words, numbers, paths.
 */
export function secretValuesIn(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const found = new Set<string>();
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const password = passwordIn(value);
    if (password !== null) found.add(password);
    else if (headers.test(name)) addHeaders(value, found);
    else if (looksSecret(name)) addTelling(value, found);
  }
  return [...found];
}

/** Whether a value is long and odd enough that masking it everywhere takes nothing else with it. */
export function isWorthMasking(value: string): boolean {
  const text = value.trim();
  if (text.length < shortest || /^[-+\d.,:_ ]*$/.test(text)) return false;
  if (text.length < longestWord && /^(?:[A-Z]?[a-z]+|[A-Z]+)$/.test(text)) return false;
  if (/^[A-Za-z][\w+.-]*:\/\//.test(text)) return false;
  return !isPath(text) && new Set(text).size > 2;
}

/** A value, or where it is a JSON document, the secrets within. */
function addTelling(value: string, found: Set<string>): void {
  const document = documentIn(value);
  if (document !== null) {
    addFields(document, { found, depth: 0 });
    if (!isMixed(value)) return;
  }
  if (isWorthMasking(value)) found.add(value.trim());
}

/** As they stand, as they are sent, and without the word for the kind of login. */
function addHeaders(value: string, found: Set<string>): void {
  for (const pair of value.split(",")) {
    const spelled = pair.slice(pair.indexOf("=") + 1).trim();
    const sent = decoded(spelled);
    for (const text of [spelled, sent, sent.replace(/^(?:basic|bearer) +/i, "")]) {
      if (isWorthMasking(text)) found.add(text);
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addFields(value: unknown, to: { readonly found: Set<string>; readonly depth: number }): void {
  if (typeof value !== "object" || value === null || to.depth > deepest) return;
  for (const [name, field] of Object.entries(value)) {
    if (typeof field === "string") {
      if (looksSecret(name) && isWorthMasking(field)) to.found.add(field.trim());
    } else addFields(field, { found: to.found, depth: to.depth + 1 });
  }
}

function documentIn(value: string): object | null {
  if (!/^\s*[{[]/.test(value)) return null;
  try {
    return JSON.parse(value) as object;
  } catch {
    return null;
  }
}

function passwordIn(value: string): string | null {
  const password = credentials.exec(value)?.[1];
  if (password === undefined || !isWorthMasking(password)) return null;
  return decoded(password);
}
