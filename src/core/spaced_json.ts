// JSON with a space after every ':' and ',', the form that the runbook's greps rely on.
const deepest = 64;

/**
 * One line of JSON. Characters beyond ASCII stay as they are, numbers that are not finite become null,
 * what JSON cannot say (functions, undefined, symbols) is left out, and nesting ends at 64 levels. Never throws.
 */
export function spacedJson(value: unknown): string {
  return spell(value, 0) ?? "null";
}

function spell(value: unknown, depth: number): string | null {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return String(value);
    case "object":
      if (value === null || depth >= deepest) return "null";
      return Array.isArray(value) ? spellList(value, depth) : spellObject(value, depth);
    default:
      return null;
  }
}

function spellList(list: readonly unknown[], depth: number): string {
  return `[${list.map((item) => spell(item, depth + 1) ?? "null").join(", ")}]`;
}

function spellObject(object: object, depth: number): string {
  const parts: string[] = [];
  for (const [key, item] of Object.entries(object)) {
    const text = spell(item, depth + 1);
    if (text !== null) parts.push(`${JSON.stringify(key)}: ${text}`);
  }
  return `{${parts.join(", ")}}`;
}
