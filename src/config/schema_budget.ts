// The keys of [budget]: what may be spent in a round, a day, a week, a month and in total, and how it is paced.
import { amount, oneOf, pathText, truth, whole, zoneName } from "./kinds.ts";
import { row } from "./row.ts";

/** More tokens than a year of work needs; still a whole number that JSON carries. */
const mostTokens = 1_000_000_000_000_000;

export const budgetRows = {
  budget_action: row(oneOf(["wait", "stop"]), {
    default: "wait",
    since: "new",
    doc:
      "What to do when the budget of a day, a week or a month is used up: wait until the next one begins, or leave. " +
      "A budget in total that is used up always ends the loop.",
  }),
  time_zone: row(zoneName, {
    default: null,
    since: "new",
    example: '"Europe/Berlin"',
    doc: "Where midnight is, at which days, weeks and months begin; absent: this machine's zone.",
  }),
  week_starts_on: row(oneOf(["monday", "sunday"]), {
    default: "monday",
    since: "new",
    doc: "The first day of a week.",
  }),
  pace: row(truth, {
    default: false,
    since: "new",
    doc: "Stretches the pause between rounds so that the provider's own limits last until they are reset. It works " +
      "with agents that tell how much of a limit is used.",
  }),
  prices_file: row(pathText, {
    default: null,
    since: "new",
    example: '"./prices.toml"',
    doc: "A table of prices that is put over the built-in one, for estimates where an agent does not report its cost.",
  }),
  round: limitRows("one round"),
  day: { ...limitRows("a day"), rounds: roundsRow("a day") },
  week: { ...limitRows("a week"), rounds: roundsRow("a week") },
  month: { ...limitRows("a month"), rounds: roundsRow("a month") },
  total: { ...limitRows("all rounds together"), rounds: roundsRow("total") },
};

function limitRows(of: string) {
  return {
    usd: row(amount, {
      default: null,
      since: "new",
      example: "20",
      doc: `Most that ${of} may cost, in USD: as the agent reports it, else as estimated.`,
    }),
    tokens: row(whole(1, mostTokens), {
      default: null,
      since: "new",
      example: "50_000_000",
      doc: `Most tokens that ${of} may use, of every kind, those read from a cache included.`,
    }),
    hours: row(amount, {
      default: null,
      since: "new",
      example: "6",
      doc: `Most hours that the agent may work in ${of}; pauses and waits do not count.`,
    }),
  };
}

function roundsRow(of: string) {
  return row(whole(1), { default: null, since: "new", example: "40", unit: "rounds", doc: `Most rounds in ${of}.` });
}
