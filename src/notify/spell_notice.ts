// Words a notice the way it is read on a telephone: a title, and a few lines that say what happened and what comes.
import type { Severity } from "../core/alert.ts";
import { severities } from "../core/alert.ts";
import type { Notice, NoticeTopic } from "../core/notice.ts";
import { clip } from "../core/text.ts";
import { localTimeOf } from "../core/zone.ts";

/** A message as a sink gets it, and as it waits on disk. */
export interface Message {
  readonly title: string;
  /** Lines, without a line break at the end. */
  readonly text: string;
  readonly topic: NoticeTopic;
  readonly severity: Severity;
  readonly isUrgent: boolean;
  /** Kind of the event; null for what stands for several, or for none. */
  readonly event: string | null;
  /** Epoch milliseconds of what happened; of the newest where it stands for several. */
  readonly at: number;
  /** How many notices it stands for. */
  readonly notices: number;
  readonly project: string;
  readonly host: string;
}

/** Where a notice comes from, and the zone its times are spelled in (IANA name; this machine's when null). */
export interface Origin {
  readonly project: string;
  readonly host: string;
  readonly timeZone: string | null;
}

const longestTitle = 150;
const longestText = 1200;
const longestDigestLine = 200;
const mostDigestLines = 15;

/** The message that tells a notice. */
export function spellNotice(notice: Notice, origin: Origin): Message {
  const { topic, severity, isUrgent, event, at } = notice;
  const next = notice.nextAt === null ? notice.next : `${notice.next}, at ${spellTime(notice.nextAt * 1000, origin)}`;
  const lines = [
    notice.what,
    ...(notice.fix === null ? [] : [`Do: ${notice.fix}`]),
    ...(notice.lastChange === null ? [] : [`Last change: ${notice.lastChange}`]),
    ...(notice.blocker === null ? [] : [`Blocked by: ${notice.blocker}`]),
    `Next: ${next}`,
    `Time: ${spellTime(at, origin)}`,
  ];
  return messageOf({ title: notice.title, lines, topic, severity, isUrgent, event, at, notices: 1 }, origin);
}

/** One message for several that were held back. @param held at least one, oldest first */
export function spellDigest(held: readonly Message[], origin: Origin): Message {
  const first = held[0]!;
  if (held.length === 1) return first;
  const notices = held.reduce((sum, message) => sum + message.notices, 0);
  const worst = severities.findLast((severity) => held.some((message) => message.severity === severity))!;
  const shown = held.slice(-mostDigestLines);
  const lines = [
    ...(shown.length < held.length ? [`(${held.length - shown.length} earlier ones are not shown)`] : []),
    ...shown.map((message) => {
      const title = message.title.replace(/^\[[^\]]*\] /, "");
      return clip(`${spellTime(message.at, origin)}  ${title}: ${message.text.split("\n", 1)[0]}`, longestDigestLine);
    }),
  ];
  const { topic, at } = held.findLast((message) => message.severity === worst)!;
  const isUrgent = held.some((message) => message.isUrgent);
  const title = `${notices} messages were held back`;
  return messageOf({ title, lines, topic, severity: worst, isUrgent, event: null, at, notices }, origin);
}

/** What `notify test` sends. @param now epoch milliseconds */
export function spellTest(sink: string, now: number, origin: Origin): Message {
  const lines = [
    `Messages for '${sink}' arrive here.`,
    "Next: what happens in the project is told as it happens",
    `Time: ${spellTime(now, origin)}`,
  ];
  const of = { topic: "stopped", severity: "info", isUrgent: false, event: null, at: now, notices: 1 } as const;
  return messageOf({ title: "This is a test", lines, ...of }, origin);
}

/** Minutes are enough for people, and the zone is said where it was chosen. @param at epoch milliseconds */
export function spellTime(at: number, { timeZone }: Pick<Origin, "timeZone">): string {
  const { year, month, day, hour, minute } = localTimeOf(at / 1000, timeZone ?? undefined);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}${timeZone === null ? "" : ` ${timeZone}`}`;
}

function messageOf(
  parts: Omit<Message, "text" | "project" | "host"> & { readonly lines: readonly string[] },
  { project, host }: Origin,
): Message {
  const { lines, title, ...rest } = parts;
  const text = clip(lines.map(plain).join("\n"), longestText);
  return { title: clip(plain(`[${project}] ${title}`), longestTitle), text, ...rest, project, host };
}

/** Without control characters: a title becomes a header, and nobody's telephone is to be moved about. */
function plain(line: string): string {
  return line.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
}
