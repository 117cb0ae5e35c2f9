// What CodeWhale's errors mean: its own word for the kind of one, a status, or else the text.
import { type Cause, cause, causeOfTrouble, evidenceOf, type Trouble, troubleOfStatus } from "./cause.ts";
import { figureOf } from "./figure.ts";
import { type JsonRecord, objectOf, textOf } from "./record.ts";
import { retryAfterIn } from "./spoken_time.ts";

const longestRead = 4000;

const phrases: readonly (readonly [pattern: RegExp, trouble: Trouble])[] = [
  [/\binsufficient[ _](?:balance|credits?|quota|funds)\b|\bHTTP 402\b|\bpayment required\b/i, "billing"],
  [
    /\bauthentication (?:failed|error|fails)\b|\b(?:invalid|missing|incorrect) api key\b|\bapi key (?:is )?(?:invalid|missing|not found)\b|\b(?:HTTP|status(?: code)?:?) 40[13]\b|^(?:unauthorized|forbidden)\b/i,
    "auth",
  ],
  [/\bcontext (?:length|window)\b.{0,60}\bexceed|\bmaximum context length\b|\bprompt is too long\b/i, "context"],
  [/\bmodel\b.{0,60}\b(?:not found|does not exist)\b/i, "missing_model"],
  [/\brate limit(?:ed|s)?\b|\btoo many requests\b|\b(?:HTTP|status(?: code)?:?) 429\b/i, "rate"],
  [/\b(?:HTTP|status(?: code)?:?) 5\d\d\b|\boverloaded\b|\bservice unavailable\b|\bbad gateway\b/i, "overload"],
  [/\btimed? ?out\b/i, "timeout"],
  [
    /\bconnection (?:refused|reset|failed|closed)\b|\bdns error\b|\berror sending request\b|^network error\b|\bstream (?:stalled|request failed|read error)\b/im,
    "connection",
  ],
];

/** CodeWhale's own words for kinds of errors, where they leave no doubt; asked when the text says nothing. */
const categories: Readonly<Record<string, Trouble>> = {
  authentication: "auth",
  rate_limit: "rate",
  timeout: "timeout",
  network: "connection",
};

/** The trouble an error's own words tell of; null when they tell of none that is known. */
export function troubleOfText(text: string): Trouble | null {
  const head = text.slice(0, longestRead);
  return phrases.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}

/** The text of an error record, or of a receipt that names an error; null when there is none. */
export function errorTextOf(record: JsonRecord): string | null {
  return textOf(record.error) ?? textOf(objectOf(record.error)?.message) ?? textOf(record.message);
}

/** The cause in a record that tells of an error; kind `error` when nothing about it is known. @param name the record's */
export function causeOfError(record: JsonRecord, name: string): Cause {
  const nested = objectOf(record.error);
  const text = errorTextOf(record);
  const category = textOf(record.error_category) ?? textOf(record.category);
  const status = [record.code, record.status_code, nested?.code, nested?.status_code].map(statusOf)
    .find((found) => found !== null) ?? null;
  const evidence = evidenceOf(name, {
    code: status ?? undefined,
    category: category ?? undefined,
    text: text ?? undefined,
  });
  const spoken = troubleOfText(text ?? "");
  const named = category !== null && Object.hasOwn(categories, category) ? categories[category]! : null;
  const trouble = spoken === "billing" ? spoken : troubleOfStatus(status) ?? spoken ?? named;
  if (category === "budget") return cause("bounded", "The run ended at a bound of its own.", { evidence });
  const found = trouble ? causeOfTrouble(trouble, evidence) : cause("error", "The run failed.", { evidence });
  return found.waitClass === null ? found : { ...found, retryAfterSeconds: retryAfterIn(text ?? "") };
}

function statusOf(value: unknown): number | null {
  const text = textOf(value);
  return figureOf(value) ?? (text !== null && /^\d{3}$/.test(text) ? Number(text) : null);
}

const refusedCommand =
  /^(?:unexpected argument|unrecognized subcommand|invalid value|the following required arguments)\b/;
const missingSession = /^(?:could not load session|No saved sessions? found)\b/;

/** What is said on standard error: an error at the start of a line, and what lies below it. @param title the agent's */
export function causeOfLines(lines: readonly string[], title: string): Cause | null {
  for (const line of lines.toReversed()) {
    const told = /^(?:error|Error|\s*caused by): (?:exec turn failed: )?(.+)$/.exec(line)?.[1];
    if (told === undefined) continue;
    const evidence = evidenceOf("output", { text: line });
    if (refusedCommand.test(told)) {
      return cause("config", `${title} does not accept its command line.`, { evidence });
    }
    if (missingSession.test(told)) return cause("config", "The session to resume does not exist.", { evidence });
    const trouble = troubleOfText(told);
    if (trouble) return causeOfTrouble(trouble, evidence);
  }
  return null;
}
