// Runs everything that must pass before a change is good: one line per step, what failed, one line at the end.
import { bundleInto } from "./compile/bundle.ts";
import { failuresIn } from "./check/failures.ts";
import { countTests, lanes, onDemand } from "./check/steps.ts";
import type { Step } from "./check/steps.ts";
import { complain, say } from "./say.ts";
import { pinnedVersion, runDeno } from "./toolchain.ts";

interface Tally {
  passed: number;
  failed: number;
}

interface Parts {
  readonly tally: Tally;
  /** Folder of the program as a binary embeds it, for tests that start it. */
  readonly bundle: string;
}

async function runStep(step: Step, { tally, bundle }: Parts): Promise<void> {
  const { code, stdout, stderr, seconds } = await runDeno(step.args, {
    limitSeconds: step.limitSeconds,
    env: { AGENT_RUNNER_BUNDLE: bundle, ...step.env },
  });
  const countsOf = step.countsOf ?? (step.args[0] === "test" ? countTests : null);
  const counts = countsOf === null ? null : countsOf(stdout);
  const isGood = code === 0 && (countsOf === null || (counts !== null && counts.passed > 0));
  tally.passed += counts?.passed ?? (isGood ? 1 : 0);
  tally.failed += counts !== null && counts.failed > 0 ? counts.failed : (isGood ? 0 : 1);
  const unit = step.countsOf === undefined ? "tests" : "steps";
  const tests = counts === null ? "" : `, ${counts.passed} ${unit} passed, ${counts.failed} failed`;
  say(
    `${isGood ? "ok    " : "FAILED"}  ${step.name.padEnd(11)} ${
      seconds.toFixed(1).padStart(6)
    } s  ${step.what}${tests}`,
  );
  if (!isGood) say(failuresIn(`${stdout}${stderr}`) || "no output");
}

async function runLane(steps: readonly Step[], parts: Parts): Promise<void> {
  for (const step of steps) await runStep(step, parts);
}

function choose(words: readonly string[]): readonly (readonly Step[])[] | null {
  if (words.length === 0) return lanes;
  const all = [...lanes.flat(), ...onDemand];
  const chosen = words.map((word) => all.find((step) => step.name === word));
  const unknown = words.filter((_, i) => chosen[i] === undefined);
  if (unknown.length === 0) return [chosen.filter((step) => step !== undefined)];
  complain(`check: no step is named '${unknown.join("', '")}'; known: ${all.map((step) => step.name).join(", ")}`);
  return null;
}

async function main(words: readonly string[]): Promise<number> {
  const chosen = choose(words);
  if (chosen === null) return 2;
  const pinned = pinnedVersion();
  if (Deno.version.deno !== pinned) {
    say(`note: this is Deno ${Deno.version.deno}, the project is checked with ${pinned}`);
  }
  const startedAt = performance.now();
  const tally: Tally = { passed: 0, failed: 0 };
  // On a fresh machine a program that fetches its packages says so, where a test wants to hear the program alone.
  await runDeno(["install", "--quiet", "--frozen"], { limitSeconds: 300 });
  const bundle = await Deno.makeTempDir({ prefix: "agent-runner-bundle-" });
  try {
    await bundleInto(bundle);
    await Promise.all(chosen.map((lane) => runLane(lane, { tally, bundle })));
  } catch (thrown) {
    tally.failed++;
    say(`FAILED  bundle  ${thrown instanceof Error ? thrown.message : thrown}`);
  } finally {
    await Deno.remove(bundle, { recursive: true });
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${tally.failed === 0 ? "all good" : "not good"} after ${seconds} s`);
  say(`check: ${tally.passed} passed, ${tally.failed} failed`);
  return tally.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
