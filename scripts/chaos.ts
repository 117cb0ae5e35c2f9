// Runs the chaos test: random agents, random faults, and what must hold after each step. The seed decides what is done.
import { newTotals, spellReport } from "../tests/chaos/report.ts";
import { run } from "../tests/chaos/run.ts";
import { beginRun, freshSeed } from "./long_run.ts";
import { complain, say } from "./say.ts";

const usage = `usage: deno task chaos [--seed N] [--steps N] [--minutes N] [--abreast N] [--world N] [--keep] [--quiet]
  --seed     what everything that is drawn follows from (default: a new one)
  --steps    faults to inject (default 500)
  --minutes  begins no further step after so many minutes
  --abreast  projects at a time (default 6)
  --world    only this project of the run, for another look
  --keep     copies the folder of a project in which something did not hold
  --quiet    only the report, not each step as a line of JSON`;

const known = ["seed", "steps", "minutes", "abreast", "world"] as const;

const switches = ["keep", "quiet"] as const;

type Values = Partial<Record<typeof known[number] | typeof switches[number], number>>;

/** Numbers by flag; null when a word is not understood. */
function parse(words: readonly string[]): Values | null {
  const values: Values = {};
  for (let i = 0; i < words.length; i++) {
    const given = switches.find((flag) => words[i] === `--${flag}`);
    if (given !== undefined) {
      values[given] = 1;
      continue;
    }
    const name = known.find((flag) => words[i] === `--${flag}`);
    const value = Number(words[++i]);
    if (name === undefined || !Number.isSafeInteger(value) || value < 0) return null;
    values[name] = value;
  }
  return values;
}

async function main(words: readonly string[]): Promise<number> {
  const values = parse(words);
  if (values === null) {
    complain(usage);
    return 2;
  }
  const { startedAt, log, seconds } = beginRun({ isQuiet: values.quiet === 1 });
  const seed = values.seed ?? freshSeed();
  const totals = newTotals({ seed, steps: values.steps ?? 500, abreast: Math.max(1, values.abreast ?? 6) });
  await run(totals, {
    log,
    only: values.world ?? null,
    keeps: values.keep === 1,
    until: values.minutes === undefined ? Infinity : startedAt + values.minutes * 60_000,
  });
  say(spellReport(totals, seconds()));
  return totals.violations.length === 0 && totals.passed > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
