// Times one binary, or two in alternation with ratios: `deno task bench [BINARY [OLDER_BINARY]]`.
import { hostTarget } from "../compile/targets.ts";
import { complain, say } from "../say.ts";
import { runProgram } from "../toolchain.ts";
import { root } from "../tree.ts";
import { delaySeconds, makeProject } from "./project.ts";
import type { BenchProject } from "./project.ts";

interface Measure {
  readonly name: string;
  readonly events: number;
  readonly times: number;
  readonly args: readonly string[];
  /** From the whole run's seconds to the figure, in seconds. */
  figure(seconds: number): number;
}

const rounds = 5;

const measures: readonly Measure[] = [
  { name: "start (--version)", events: 0, times: 20, args: ["--version"], figure: (s) => s },
  { name: "peek --json, no events", events: 0, times: 10, args: ["peek", "--json"], figure: (s) => s },
  { name: "peek --json, 100,000 events", events: 100_000, times: 10, args: ["peek", "--json"], figure: (s) => s },
  {
    name: "one round (delay excluded)",
    events: 0,
    times: 2,
    args: ["serve", "--max-rounds", String(rounds)],
    figure: (s) => (s - (rounds - 1) * delaySeconds) / rounds,
  },
];

async function sample(binary: string, measure: Measure, project: BenchProject): Promise<number> {
  const { code, stderr, seconds } = await runProgram([binary, ...measure.args], {
    cwd: project.folder,
    env: project.env,
    limitSeconds: 60,
  });
  if (code !== 0) throw new Error(`'${binary} ${measure.args.join(" ")}' exited ${code}: ${stderr.trim()}`);
  return measure.figure(seconds);
}

/** The middle value; the lower one of two. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

async function run(measure: Measure, binaries: readonly string[]): Promise<void> {
  const project = await makeProject({ events: measure.events });
  try {
    const samples = binaries.map((): number[] => []);
    for (const binary of binaries) await sample(binary, { ...measure, args: ["--version"] }, project);
    for (let i = 0; i < measure.times; i++) {
      for (const [b, binary] of binaries.entries()) samples[b]!.push(await sample(binary, measure, project));
    }
    const medians = samples.map(median);
    const spelled = medians.map((seconds) => `${(seconds * 1000).toFixed(1).padStart(9)} ms`).join("");
    const ratio = medians.length > 1 ? `  ${(medians[0]! / medians[1]!).toFixed(2)}x` : "";
    say(`${measure.name.padEnd(30)}${spelled}${ratio}`);
  } finally {
    await project.remove();
  }
}

async function main(words: readonly string[]): Promise<number> {
  const binaries = words.length > 0 ? words : [`${root}/dist/agent-runner-${hostTarget()?.name ?? "host"}`];
  try {
    binaries.forEach((binary) => Deno.statSync(binary));
  } catch {
    complain(`bench: no binary at '${binaries.join("' or '")}'; build one with 'deno task compile host'`);
    return 1;
  }
  say(`medians of ${binaries.join(" and ")}${binaries.length > 1 ? ", and first / second" : ""}`);
  for (const measure of measures) await run(measure, binaries.map((binary) => Deno.realPathSync(binary)));
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
