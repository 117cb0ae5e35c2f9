// Adds up what aider reports after each of the model's answers: tokens, and the cost where it knows the prices.
import type { Usage } from "../core/agent.ts";

/** Long lines are broken at the width of a terminal: how many more may belong to a report of the cost. */
const costLinesRead = 2;

/** What one model's answer used, as aider reports it after the answer. */
interface TokenReport {
  /** Without those written to or read from a cache. */
  readonly sent: number;
  readonly cacheWrite: number;
  readonly cacheHit: number;
  readonly received: number;
  /** What stands behind the counts: the cost, or a part of it, since long lines are broken. */
  readonly rest: string;
}

const count = String.raw`(\d{1,12}(?:\.\d{1,3})?[kM]?)`;
const tokenPattern = new RegExp(
  `^Tokens: ${count} sent(?:, ${count} cache write)?(?:, ${count} cache hit)?, ${count} received\\.(?= |$)(.*)$`,
);
const amount = String.raw`\$(\d{1,9}(?:\.\d{1,12})?)`;
const costPattern = new RegExp(`^Cost: ${amount} message, ${amount} session\\.$`);

/** The report in a line; null when the line is none. */
function tokenReportIn(line: string): TokenReport | null {
  const found = tokenPattern.exec(line);
  if (!found) return null;
  const [cacheWrite, cacheHit, received] = [found[2], found[3], found[4]].map(tokensIn) as [number, number, number];
  const sent = Math.max(0, tokensIn(found[1]) - cacheWrite - cacheHit);
  return { sent, cacheWrite, cacheHit, received, rest: found[5] ?? "" };
}

function tokensIn(text: string | undefined): number {
  if (text === undefined) return 0;
  const scale = text.endsWith("k") ? 1000 : text.endsWith("M") ? 1_000_000 : 1;
  return Math.round(Number.parseFloat(text) * scale);
}

/** USD that the whole session has cost so far; null when the text is no whole report of it. */
function sessionCostIn(text: string): number | null {
  const session = costPattern.exec(text)?.[2];
  return session === undefined ? null : Number(session);
}

const costBegun = /^Cost:(?: \$[\d.]{1,24}(?: message,(?: \$[\d.]{1,24})?)?)?$/;

/** Whether a text is a report of the cost whose end may stand on the next line, or nothing yet. */
function isCostBegun(text: string): boolean {
  return text === "" || costBegun.test(text);
}

/** The answers of one run. */
export class AiderTally {
  #answers = 0;
  #received = 0;
  #tokens = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, cacheCreationTokens: 0 };
  #costUsd: number | null = null;
  /** The report of the cost as far as it was printed. */
  #cost = "";
  #costLinesLeft = 0;

  /** Answers reported so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Tokens the model wrote; an answer may be empty. */
  get received(): number {
    return this.#received;
  }

  /** Takes a line: `answer` and `empty` for a report, `rest` for what still belongs to one, null for anything else. */
  take(line: string): "answer" | "empty" | "rest" | null {
    if (this.#costLinesLeft > 0 && this.#isRestOfCost(line)) return "rest";
    const report = tokenReportIn(line);
    if (!report) return null;
    this.#answers++;
    this.#received += report.received;
    this.#tokens = {
      inputTokens: this.#tokens.inputTokens + report.sent,
      outputTokens: this.#tokens.outputTokens + report.received,
      cachedTokens: this.#tokens.cachedTokens + report.cacheHit,
      cacheCreationTokens: this.#tokens.cacheCreationTokens + report.cacheWrite,
    };
    this.#cost = "";
    this.#costLinesLeft = costLinesRead;
    this.#isRestOfCost(report.rest.trim());
    return report.received > 0 ? "answer" : "empty";
  }

  /** Null before the first report. */
  usage(model: string | null, toolCallCount: number): Usage | null {
    if (this.#answers === 0) return null;
    return {
      model: model ?? "unknown",
      ...this.#tokens,
      reasoningTokens: 0,
      costUsd: this.#costUsd,
      durationMs: 0,
      toolCallCount,
      modelsBreakdown: null,
      isCumulative: false,
    };
  }

  #isRestOfCost(line: string): boolean {
    const text = `${this.#cost} ${line}`.trim();
    const session = sessionCostIn(text);
    const isPart = session === null && isCostBegun(text);
    if (session !== null) this.#costUsd = session;
    this.#cost = isPart ? text : "";
    this.#costLinesLeft = isPart ? this.#costLinesLeft - (line === "" ? 0 : 1) : 0;
    return isPart || session !== null;
  }
}
