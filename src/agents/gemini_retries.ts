// Reads what Gemini CLI tells on stderr, and only there, while it tries a request again.
import type { EarlySign } from "../core/agent.ts";
import { type Cause, causeOfTrouble } from "./cause.ts";
import { causeOfComplaint } from "./gemini_causes.ts";
import type { SpokenAt } from "./spoken_time.ts";

const mostLinesOfNotice = 5;
const longestNotice = 4096;

/** A notice that has begun: the provider's sentence in it may run over several lines. */
export interface Notice {
  readonly text: string;
  readonly lines: number;
}

/** What one line adds to what is known of the retries. */
export interface Heard {
  /** The notice the next line may belong to. */
  readonly notice: Notice | null;
  /** Null when the line tells of no retry. */
  readonly trouble: Cause | null;
  /** Null when it does not say for how long Gemini CLI sleeps, and there is hope. */
  readonly early: EarlySign | null;
}

/** What `line` tells; null when it is about something else. @param notice what the line before began */
export function hearRetry(
  line: string,
  { notice, at }: { readonly notice: Notice | null; readonly at: SpokenAt },
): Heard | null {
  const begun = /^Attempt \d{1,6} failed(.*)$/.exec(line)?.[1];
  if (begun === undefined && notice === null) return null;
  const text = begun ?? `${notice?.text}\n${line}`.slice(0, longestNotice);
  const lines = begun === undefined ? (notice?.lines ?? 0) + 1 : 1;
  const sleep = /\bRetrying after (\d{1,12})ms\.\.\.$/.exec(line)?.[1];
  const isOver = sleep !== undefined || !/^: /.test(text) || /\. Max attempts reached$/.test(line);
  const trouble = troubleOf(text, at);
  return {
    notice: isOver || lines >= mostLinesOfNotice ? null : { text, lines },
    trouble: begun === undefined && sleep === undefined ? null : trouble,
    early: isHopeless(trouble)
      ? hopeless(trouble)
      : sleep === undefined
      ? null
      : longWait(Math.ceil(Number(sleep) / 1000)),
  };
}

function troubleOf(text: string, at: SpokenAt): Cause {
  const digits = /^ with (?:status )?(\d{3})\b/.exec(text)?.[1];
  const status = digits === undefined ? /^ with 5xx\b/.test(text) ? 503 : null : Number(digits);
  const sentence = text.replace(/^(?: with [^.]{1,60}|:)?\s*/, "").replace(/\bRetrying after \d+ms\.\.\.$/, "").trim();
  const complaint = { record: "output", text: sentence || text, quote: `Attempt failed${text}`, at };
  const found = causeOfComplaint({ ...complaint, status });
  if (found.kind !== "error") return found;
  // A failure that is told with a sentence of the provider is one of a quota; any other may be anything.
  return text.startsWith(": ")
    ? causeOfComplaint({ ...complaint, status: 429 })
    : causeOfTrouble("overload", found.evidence);
}

function isHopeless({ kind }: Cause): boolean {
  return kind === "auth" || kind === "billing";
}

function hopeless({ summary }: Cause): EarlySign {
  return { kind: "hopeless", why: `${summary.replace(/\.$/, "")}, yet Gemini CLI tries again`, waitSeconds: null };
}

function longWait(waitSeconds: number): EarlySign {
  return { kind: "long_wait", why: `Gemini CLI sleeps for ${waitSeconds} s before it tries again`, waitSeconds };
}
