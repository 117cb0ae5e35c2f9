// What a hook may answer at each point: the one description from which checks and the JSON Schema derive.
import * as v from "valibot";
import { hookProtocol } from "../core/hook.ts";
import type { HookPoint } from "../core/hook.ts";
import { nextActions, waitClasses } from "../core/verdict.ts";
import { quoted } from "./failure.ts";

/** Most characters of a text that is put after the prompt. */
export const longestAddendum = 65_536;
/** Largest slice of the context that one hook may write, characters as JSON. */
export const longestSlice = 65_536;
/** Most events of its own that a hook may report of one round. */
export const mostEvents = 20;
const longestMessage = 10_000;

const noNul = v.check<string, string>((text) => !text.includes("\0"), "text without NUL characters");
const count = v.pipe(
  v.number(),
  v.safeInteger("a whole number"),
  v.minValue(0, "a number of at least 0"),
);
const amount = v.pipe(v.number(), v.finite("a finite number"), v.minValue(0, "a number of at least 0"));
const words = v.pipe(v.string(), v.maxLength(longestMessage, `at most ${longestMessage} characters`));
// The library's records take lists, too.
const object = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "an object",
);

function isSliceSized(slice: Readonly<Record<string, unknown>>): boolean {
  return JSON.stringify(slice).length <= longestSlice;
}

/** A schema with the sentence that documents it. */
export function told<const Schema extends v.GenericSchema>(schema: Schema, description: string) {
  return v.pipe(schema, v.description(description));
}

const common = {
  protocol: told(v.literal(hookProtocol), "Version of this protocol."),
  error: v.optional(told(v.nullable(v.string()), "Why the hook failed; the call then counts as failed.")),
};

const transientError = v.object({
  classification: told(v.picklist(waitClasses), "What kind of limit or fault it was; it decides the first wait."),
  reset_at_epoch: v.optional(told(v.nullable(count), "Epoch seconds at which the provider says it is over.")),
  retry_after_s: v.optional(told(v.nullable(amount), "Seconds to wait, where no time is named.")),
  message: v.optional(told(v.nullable(words), "The provider's own words.")),
});

const usage = v.object({
  model: told(v.pipe(words, v.nonEmpty("text that is not empty")), "The model that was used."),
  input_tokens: told(count, "Tokens read, without those from a cache."),
  output_tokens: told(count, "Tokens written, without those of reasoning where they are told apart."),
  reasoning_tokens: v.optional(told(count, "Tokens of reasoning."), 0),
  cached_tokens: v.optional(told(count, "Tokens read from a cache."), 0),
  cache_creation_tokens: v.optional(told(count, "Tokens written to a cache."), 0),
  cost_usd: v.optional(told(v.nullable(amount), "What it cost, in USD; absent or null where that is unknown."), null),
  duration_ms: v.optional(told(amount, "Milliseconds the agent worked."), 0),
  tool_call_count: v.optional(told(count, "How many tools were called."), 0),
});

const event = v.object({
  kind: told(
    v.pipe(
      v.string(),
      v.maxLength(100, "at most 100 characters"),
      v.regex(/^[a-z][a-z0-9_]*$/, "small letters, digits and _"),
    ),
    "Kind of the event: the hook's name, each - of it as _, then _ and the rest.",
  ),
  payload: told(v.optional(object, {}), "Its fields; `ts`, `event`, `round_num` and `hook` are set by the program."),
});

const alert = v.object({
  severity: told(v.picklist(["info", "warning", "critical"]), "How bad it is."),
  message: told(v.pipe(words, v.nonEmpty("text that is not empty")), "What is wrong, and what to do about it."),
});

/** Answers by point. Fields that are not named here are ignored. */
export const answerSchemas = {
  serve_start: v.object({ ...common }),
  round_before: v.object({
    ...common,
    prompt_addendum: v.optional(told(
      v.nullable(v.pipe(v.string(), v.maxLength(longestAddendum, `at most ${longestAddendum} characters`), noNul)),
      "Text that is put after the prompt of this round.",
    )),
  }),
  round_context: v.object({
    ...common,
    context: v.optional(told(
      v.nullable(v.pipe(object, v.check(isSliceSized, `at most ${longestSlice} characters as JSON`))),
      `What the agent is told under the hook's name in the round's context; at most ${longestSlice} characters as JSON.`,
    )),
  }),
  round_dirty: v.pipe(
    v.object({
      ...common,
      outcome: told(
        v.picklist(["stashed", "committed", "ignored", "pass"]),
        "What the hook did with the uncommitted work; `pass`: nothing, the next one is asked.",
      ),
      ref: v.optional(told(
        v.nullable(v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, "the full SHA of a commit"))),
        "Full SHA of the commit that holds the work; required for `stashed` and `committed`.",
      )),
    }),
    v.forward(
      v.check(
        ({ outcome, ref }) => typeof ref === "string" || outcome === "ignored" || outcome === "pass",
        'the full SHA of a commit for "stashed" and "committed"',
      ),
      ["ref"],
    ),
  ),
  round_after: v.object({
    ...common,
    transient_error: v.optional(told(v.nullable(transientError), "A limit or a passing fault of the provider.")),
    usage: v.optional(told(v.nullable(usage), "What the round used, where the agent's output does not tell.")),
    next: v.optional(told(
      v.nullable(v.picklist(nextActions)),
      "What comes after the round, where `[on_verdict]` says `hook` for its verdict or `[progress] stall_action` for a " +
        "stall; the first hook that says it counts.",
    )),
    events: v.optional(told(
      v.nullable(v.pipe(v.array(event), v.maxLength(mostEvents, `at most ${mostEvents} events`))),
      "Events of the hook's own kinds.",
    )),
  }),
  monitor_detect: v.object({
    ...common,
    alert: v.optional(told(v.nullable(alert), "What is wrong; absent or null: nothing.")),
  }),
  monitor_alert: v.object({ ...common }),
} as const satisfies Readonly<Record<HookPoint, v.GenericSchema>>;

/** A checked answer of one point. */
export type Answer<Point extends HookPoint> = v.InferOutput<(typeof answerSchemas)[Point]>;

/** The answer, or which of its fields is wrong in what way. */
export type CheckedAnswer<Point extends HookPoint> =
  | { readonly kind: "ok"; readonly answer: Answer<Point> }
  | { readonly kind: "bad"; readonly message: string };

/** Holds an answer against the description of its point. */
export function checkAnswer<Point extends HookPoint>(
  point: Point,
  answer: Readonly<Record<string, unknown>>,
): CheckedAnswer<Point> {
  const result = v.safeParse(answerSchemas[point], answer, { abortEarly: true });
  if (result.success) return { kind: "ok", answer: result.output as Answer<Point> };
  return { kind: "bad", message: spellIssue(result.issues[0]) };
}

function spellIssue(issue: v.BaseIssue<unknown>): string {
  const field = (issue.path ?? []).map(({ key }) => String(key)).join(".");
  const value = issue.path?.at(-1)?.value;
  if (value === undefined) return `its answer lacks the field '${field}'`;
  // Only our own checks word what they want; the library's messages say it for programmers.
  const wanted = issue.message.startsWith("Invalid ") ? spellExpected(issue.expected ?? "") : issue.message;
  return `the field '${field}' has to be ${wanted}, found ${quoted(JSON.stringify(value))}`;
}

function spellExpected(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    Object: "an object",
    Array: "a list",
  };
  return names[expected] ?? expected.replace(/^\((.*)\)$/, "$1").replaceAll(" | ", " or ");
}
