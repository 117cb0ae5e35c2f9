// Puts HTML together so that nothing from outside can become markup: every value is escaped unless it is markup itself.

/** HTML that was put together here. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. Null, undefined and false come to nothing. */
export type Piece = Markup | string | number | null | undefined | false | readonly Piece[];

const unsafe: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Control characters but tab and newline, and those that turn the direction of what follows: they could make a text read
 * as another one.
 */
const unseen =
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A text as it may stand between tags and in quoted attributes; what cannot be seen becomes U+FFFD. */
export function escapeText(text: string): string {
  return text.replaceAll(unseen, "\ufffd").toWellFormed().replaceAll(/[&<>"'`]/g, (found) => unsafe[found]!);
}

/** A template whose values are escaped. Attributes have to be quoted. */
export function safe(strings: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  let text = strings[0]!;
  for (const [i, value] of values.entries()) text += spell(value) + strings[i + 1]!;
  return new Markup(text);
}

function spell(value: Piece): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeText(value);
  return value.map(spell).join("");
}
