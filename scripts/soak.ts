// Runs the soak of the monitor: busy loops, connections that break, and alerts of which none may be lost, doubled or false.
import { newTotals, spellReport } from "../tests/soak/report.ts";
import { run } from "../tests/soak/run.ts";
import { beginRun, freshSeed } from "./long_run.ts";
import { complain, say } from "./say.ts";

const usage = `usage: deno task soak [--minutes N] [--seed N] [--quiet]
  --minutes  begins nothing new after so many minutes (default 10)
  --seed     what everything that is drawn follows from (default: a new one)
  --quiet    only the report, not each happening as a line of JSON`;

interface Values {
  minutes: number;
  seed: number;
  isQuiet: boolean;
}

/** What the words say; null when one is not understood. */
function parse(words: readonly string[]): Values | null {
  const values: Values = {
    minutes: 10,
    seed: freshSeed(),
    isQuiet: false,
  };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "--quiet") {
      values.isQuiet = true;
      continue;
    }
    const name = words[i];
    const value = /^\d+(\.\d+)?$/.test(words[i + 1] ?? "") ? Number(words[++i]) : NaN;
    if (name === "--minutes" && value > 0) values.minutes = value;
    else if (name === "--seed" && Number.isSafeInteger(value)) values.seed = value;
    else return null;
  }
  return values;
}

async function main(words: readonly string[]): Promise<number> {
  const values = parse(words);
  if (values === null) {
    complain(usage);
    return 2;
  }
  const { startedAt, log, seconds } = beginRun(values);
  const totals = newTotals(values);
  await run(totals, { until: startedAt + values.minutes * 60_000, log });
  say(spellReport(totals, seconds()));
  return totals.faults.length === 0 && totals.passed > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
