// The keys of [notify.<name>]: where notices go, which of them, and when.
import * as v from "valibot";
import { severities } from "../core/alert.ts";
import { noticeTopics, parseQuietHours, sinkKinds } from "../core/notice.ts";
import { commandLine, oneOf, pathText, seconds, someText, truth, whole, zoneName } from "./kinds.ts";
import { required, row } from "./row.ts";

const address = v.pipe(
  v.string(),
  v.check(isWebAddress, "an http or https address"),
  v.title("an http or https address"),
);

const variableName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable"),
  v.title("the name of an environment variable"),
);

const quietHours = v.pipe(
  v.string(),
  v.check((text) => parseQuietHours(text) !== null, 'two times, such as "22:00-07:00"'),
  v.title('two times, such as "22:00-07:00"'),
);

/** One line: what stands in a header must not be able to begin another one. */
const mailAddress = v.pipe(
  v.string(),
  v.regex(/^[^\s@,;<>"()\\]+@[^\s@,;<>"()\\]+$/, "an e-mail address"),
  v.title("an e-mail address"),
);

const mailAddresses = v.pipe(v.array(mailAddress), v.nonEmpty(), v.title("a list of e-mail addresses"));

const topicList = v.pipe(
  v.array(v.picklist(noticeTopics)),
  v.nonEmpty(),
  v.title(`a list of ${noticeTopics.map((topic) => `"${topic}"`).join(", ")}`),
);

const longestTrySeconds = 120;
const mostPerHour = 1000;
const defaultGiveUpSeconds = 259_200;

export const notifyRows = {
  kind: row(oneOf(sinkKinds), {
    default: required,
    since: "new",
    example: '"ntfy"',
    doc: "What it is: each kind has an address of its own form, see notify.md.",
  }),
  url: row(address, {
    default: null,
    since: "new",
    example: '"https://ntfy.example.org/night-shift"',
    doc: "Its address; for ntfy with the topic at its end. For Telegram only where it is not the usual one.",
  }),
  url_env: row(variableName, {
    default: null,
    since: "new",
    example: '"CHAT_HOOK"',
    doc: "Environment variable that holds the address, where whoever knows that may write there.",
  }),
  url_file: row(pathText, {
    default: null,
    since: "new",
    example: '"~/.config/agent-runner/chat-hook"',
    doc: "File that holds the address on its first line.",
  }),
  token_env: row(variableName, {
    default: null,
    since: "new",
    example: '"NTFY_TOKEN"',
    doc: "Environment variable that holds the token: of ntfy and Telegram to be let in, of a webhook to sign with.",
  }),
  token_file: row(pathText, {
    default: null,
    since: "new",
    example: '"~/.config/agent-runner/ntfy-token"',
    doc: "File that holds the token on its first line.",
  }),
  chat: row(someText, {
    default: null,
    since: "new",
    example: '"-1001234567890"',
    doc: "Telegram: the number of the chat, or the name of the channel with its @.",
  }),
  to: row(mailAddresses, {
    default: null,
    since: "new",
    example: '["me@example.org"]',
    doc: "E-mail: who gets it.",
  }),
  from: row(mailAddress, {
    default: null,
    since: "new",
    example: '"agent-runner@example.org"',
    doc: "E-mail: who sends it; without it the sending program says.",
  }),
  command: row(commandLine, {
    default: null,
    since: "new",
    example: '["./tell.sh"]',
    doc:
      "Exec: the executable and its arguments; it gets the notice as JSON on its standard input. E-mail: instead of " +
      "`sendmail`.",
  }),
  topics: row(topicList, {
    default: [...noticeTopics],
    since: "new",
    doc: "What it is told of.",
  }),
  min_severity: row(oneOf(severities), {
    default: "info",
    since: "new",
    doc: "What is less severe is not told.",
  }),
  quiet_hours: row(quietHours, {
    default: null,
    since: "new",
    example: '"22:00-07:00"',
    doc: "Times of the day at which nothing is sent; what was held back comes after them, as one message.",
  }),
  urgent_passes: row(truth, {
    default: true,
    since: "new",
    doc: "What is urgent is sent in quiet hours, too.",
  }),
  time_zone: row(zoneName, {
    default: null,
    since: "new",
    example: '"Europe/Berlin"',
    doc: "Zone of `quiet_hours` and of the times in messages; without it that of this machine.",
  }),
  min_wait_s: row(seconds(0), {
    default: 1800,
    unit: "seconds",
    since: "new",
    doc: "Waits for a provider are told from this length on.",
  }),
  dedupe_s: row(seconds(0), {
    default: 3600,
    unit: "seconds",
    since: "new",
    doc: "The same is not told again within this time.",
  }),
  max_per_hour: row(whole(1, mostPerHour), {
    default: 20,
    since: "new",
    doc: "More messages wait, and come as one; urgent ones may be twice as many.",
  }),
  timeout_s: row(whole(1, longestTrySeconds), {
    default: 15,
    unit: "seconds",
    since: "new",
    doc: "Longest time one try may take.",
  }),
  give_up_after_s: row(seconds(60), {
    default: defaultGiveUpSeconds,
    unit: "seconds",
    since: "new",
    doc: "A message that no try has brought there in this time is given up.",
  }),
};

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "";
}
