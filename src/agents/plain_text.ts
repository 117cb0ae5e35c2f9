// What the last lines of a failed command of any kind may tell: seldom a verdict, often a hint.
import { type Cause, causeOfTrouble, evidenceOf, troubleOfStatus } from "./cause.ts";
import { retryAfterIn } from "./spoken_time.ts";

const linesRead = 10;

/** How a line begins in which a program complains, its own name before it or not. */
const complaint = String
  .raw`^(?:[\w./-]{1,40}: )?(?:(?:API|HTTP|request|provider|server) )?(?:error|fatal|failed|failure)\b`;

const reasons: Readonly<Record<string, string>> = {
  "401": "unauthorized",
  "402": "payment required",
  "403": "forbidden",
  "408": "request timeout",
  "429": "too many requests",
  "500": "internal server error",
  "502": "bad gateway",
  "503": "service unavailable",
  "504": "gateway timeout",
  "529": "overloaded",
};

/** A status with the very words that belong to it, directly behind the complaint. */
const statusLine = new RegExp(
  String
    .raw`${complaint}[: ]{1,2}(?:with )?(?:(?:HTTP(?:/[\d.]{1,3})?|status(?: code)?|code) )?(?<status>\d{3})[ :,-]{1,3}(?<reason>[a-z][a-z ]{5,30})`,
  "i",
);

const suspicious = new RegExp(
  `${complaint}.{0,200}?` +
    String.raw`\b(?:40[1238]|429|5(?:0[0234]|29)|rate limit\w{0,3}|quota|unauthorized|forbidden|invalid api key|` +
    String.raw`connection (?:refused|reset)|timed out|overloaded)\b`,
  "i",
);

/**
 * The cause that a failed command's very last line speaks for beyond doubt: a complaint with a status of HTTP and the
 * words that belong to it. Null for anything else.
 */
export function causeOfLastLine(lines: readonly string[]): Cause | null {
  const text = lines.at(-1) ?? "";
  const { status = "", reason = "" } = statusLine.exec(text)?.groups ?? {};
  const wanted = Object.hasOwn(reasons, status) ? reasons[status]! : null;
  if (wanted === null || !reason.toLowerCase().startsWith(wanted)) return null;
  const trouble = troubleOfStatus(Number(status));
  if (!trouble) return null;
  const found = causeOfTrouble(trouble, evidenceOf("output", { text }));
  return found.waitClass === null ? found : { ...found, retryAfterSeconds: retryAfterIn(text) };
}

/** The newest of the last lines that complains of a limit, the credentials or the network; null when none does. */
export function hintIn(lines: readonly string[]): string | null {
  return lines.slice(-linesRead).findLast((line) => suspicious.test(line)) ?? null;
}
