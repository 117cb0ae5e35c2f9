// Lists what `deno task check` runs; its lanes keep two cores busy.

/** One step: its name, the words for Deno, and what its environment adds. */
export interface Step {
  readonly name: string;
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly limitSeconds: number;
  /** What its output counts; absent: tests, where it runs any. */
  readonly countsOf?: (output: string) => Counts | null;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const test = ["test", "--no-check", "-A"];
const notUnit = ["browser", "contract", "rules", "literate", "e2e", "golden", "fakes"].map((name) => `tests/${name}`)
  .join(",");

/** Minutes of work that no change of a line needs: they run in `.ci/run`, and when their step is named. */
const slow = [
  "tests/agents/hostile_logs_test.ts",
  "tests/agents/hostile_memory_test.ts",
  "tests/agents/recordings_feed_test.ts",
  "tests/chaos/check_test.ts",
  "tests/cli/verbs/salvage_test.ts",
  "tests/core/redact_speed_test.ts",
  "tests/e2e/battery_test.ts",
  "tests/e2e/breaker_test.ts",
  "tests/e2e/containment_log_test.ts",
  "tests/e2e/containment_scope_test.ts",
  "tests/e2e/containment_test.ts",
  "tests/e2e/context_test.ts",
  "tests/e2e/crash_kill_test.ts",
  "tests/e2e/crash_points_test.ts",
  "tests/e2e/dirty_test.ts",
  "tests/e2e/doctor_test.ts",
  "tests/e2e/flood_test.ts",
  "tests/e2e/linger_test.ts",
  "tests/e2e/monitor_test.ts",
  "tests/e2e/notify_soak_test.ts",
  "tests/e2e/notify_test.ts",
  "tests/e2e/other_versions_test.ts",
  "tests/e2e/progress_test.ts",
  "tests/e2e/salvage_test.ts",
  "tests/e2e/telemetry_test.ts",
  "tests/e2e/usage_memory_test.ts",
  "tests/store/redact_log_test.ts",
  "tests/vcs/auto_commit_secrets_test.ts",
  "tests/vcs/auto_commit_test.ts",
  "tests/vcs/progress_test.ts",
  "tests/vcs/salvage_keep_test.ts",
  "tests/vcs/salvage_kinds_test.ts",
  "tests/vcs/salvage_restore_test.ts",
  "tests/vcs/salvage_test.ts",
  "tests/vcs/salvage_trouble_test.ts",
  "tests/vcs/stash_test.ts",
  "tests/view/sight_memory_test.ts",
];

/** Needs an sshd on this machine, and waits for connections to be given up. */
const overSsh = ["tests/e2e/afar_ssh_test.ts", "tests/e2e/feed_ssh_test.ts", "tests/e2e/monitor_ssh_test.ts"];

/** Start a systemd of their own. */
const underSystemd = ["tests/e2e/systemd_test.ts", "tests/e2e/walk_test.ts"];

/** Need a compiled binary: `AGENT_RUNNER_BIN`. */
const ofBinary = [
  "tests/e2e/upgrade_crash_test.ts",
  "tests/e2e/upgrade_mend_test.ts",
  "tests/e2e/upgrade_service_test.ts",
  "tests/e2e/upgrade_test.ts",
];

/** Needs an emulator, and Deno for aarch64 from npm. */
const emulated = ["tests/e2e/aarch64_test.ts"];

const onlyNamed = [...slow, ...overSsh, ...underSystemd, ...ofBinary, ...emulated].join(",");

const quick: readonly Step[] = [
  { name: "fmt", what: "Formatting", args: ["fmt", "--check"], limitSeconds: 60 },
  { name: "lint", what: "Linter with the house's own rules", args: ["lint"], limitSeconds: 60 },
  {
    name: "gen",
    what: "Generated files are fresh",
    args: ["run", "-A", "scripts/gen.ts", "--check"],
    limitSeconds: 60,
  },
  {
    name: "unit",
    what: "Unit tests",
    args: [...test, "--parallel", `--ignore=${notUnit},${onlyNamed}`, "tests"],
    // Some of them wait, too.
    env: { DENO_JOBS: "3" },
    // Ends what hangs; on a machine with other work they take more than twice as long.
    limitSeconds: 400,
  },
];

const long: readonly Step[] = [
  {
    name: "e2e",
    what: "End-to-end tests with a scripted agent",
    // They mostly wait: beside each other they take half the time.
    args: [...test, "--parallel", `--ignore=${onlyNamed}`, "tests/e2e"],
    env: { DENO_JOBS: "4" },
    limitSeconds: 600,
  },
  { name: "literate", what: "Commands of the documents", args: [...test, "tests/literate"], limitSeconds: 120 },
];

/** The types take as long as a third of the others where nothing is cached yet, and a second afterwards. */
const others: readonly Step[] = [
  { name: "types", what: "Types of source, scripts and tests", args: ["check", "."], limitSeconds: 300 },
  { name: "rules", what: "Rules of the house", args: [...test, "tests/rules"], limitSeconds: 120 },
  { name: "contract", what: "Contract tests", args: [...test, "tests/contract"], limitSeconds: 120 },
];

/** Lists of steps that may run beside each other; each list in its order. */
export const lanes: readonly (readonly Step[])[] = [long, quick, others];

/** Steps that run only when named. */
export const onDemand: readonly Step[] = [
  { name: "slow", what: "What takes minutes", args: [...test, "--parallel", ...slow], limitSeconds: 600 },
  {
    name: "browser",
    what: "The page in a real Chromium",
    args: [...test, "tests/browser"],
    limitSeconds: 400,
  },
  { name: "ssh", what: "Watching over a real sshd", args: [...test, ...overSsh], limitSeconds: 400 },
  {
    name: "systemd",
    what: "Services under a real systemd of a user",
    args: [...test, ...underSystemd],
    limitSeconds: 300,
  },
  {
    name: "upgrade",
    what: "Upgrades of a compiled binary, killed at every step, too",
    args: [...test, "--parallel", ...ofBinary],
    limitSeconds: 400,
  },
  {
    name: "aarch64",
    what: "The program under the Deno of aarch64, emulated",
    args: [...test, ...emulated],
    limitSeconds: 600,
  },
  {
    name: "crash-points",
    what: "The supervisor killed at every single step of its work",
    args: [...test, "tests/e2e/crash_points_test.ts"],
    env: { AGENT_RUNNER_ALL_CRASH_POINTS: "1" },
    limitSeconds: 600,
  },
  {
    name: "real-agents",
    what: "Rounds of real agent CLIs from npm",
    args: [...test, "tests/e2e/real_agents_test.ts"],
    env: { AGENT_RUNNER_REAL_AGENTS: "1" },
    limitSeconds: 600,
  },
  {
    name: "chaos",
    what: "Random agents and random faults, each step looked at",
    args: ["run", "-A", "scripts/chaos.ts", "--seed", "1", "--steps", "525", "--quiet"],
    limitSeconds: 900,
    countsOf: countSteps,
  },
  {
    name: "soak",
    what: "The monitor beside busy loops, here and over an sshd that is cut, frozen and started anew",
    args: ["run", "-A", "scripts/soak.ts", "--seed", "1", "--minutes", "10"],
    limitSeconds: 840,
    countsOf: countSteps,
  },
];

/** Numbers of tests in the closing line of `deno test`; null when the output has none. */
export function countTests(output: string): Counts | null {
  return lastCounts(output, /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/gm);
}

/** Numbers in the closing line of the chaos test or the soak; null when the output has none. */
export function countSteps(output: string): Counts | null {
  return lastCounts(output, /^(?:chaos: (?=\d+ steps)|soak: (?=\d+ checks))(\d+) \w+ passed, (\d+) failed$/gm);
}

function lastCounts(output: string, line: RegExp): Counts | null {
  const counts = [...output.matchAll(line)].at(-1);
  return counts ? { passed: Number(counts[1]), failed: Number(counts[2]) } : null;
}
