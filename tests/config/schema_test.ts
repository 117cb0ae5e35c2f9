// Walks every key of the table: its default, values it takes, values it refuses.
import assert from "node:assert/strict";
import { codeName } from "../../src/core/config.ts";
import { isRow, type Rows } from "../../src/config/row.ts";
import { phaseTable, tables } from "../../src/config/schema.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { detectorKeys } from "./detector_keys.ts";
import { configOf, problemsOf, smallest, withLines } from "./sample.ts";

interface Expected {
  /** The value in code when the key is absent. */
  readonly absent: unknown;
  /** TOML values it takes, and what each becomes. */
  readonly takes: readonly (readonly [string, unknown])[];
  readonly refuses: readonly string[];
}

const truth: Omit<Expected, "absent"> = {
  takes: [["true", true], ["false", false]],
  refuses: ["1", "0", '"true"', "[]", "{}"],
};

function wholeFrom(min: number, ...refuses: string[]): Omit<Expected, "absent"> {
  return {
    takes: [[`${min}`, min], ["7", 7], ["1_000", 1000], ["0x10", 16]],
    refuses: [`${min - 1}`, "3.0", "3.5", '"7"', "true", "[7]", "nan", "inf", "99999999999999999999", ...refuses],
  };
}

const path: Omit<Expected, "absent"> = {
  takes: [['"a/b"', "/home/me/shop/a/b"], ['"/a/../b/"', "/b"], ['"~/a"', "/home/me/a"], [
    '"{project}/a"',
    "/home/me/shop/shop/a",
  ]],
  refuses: ['""', "3", "true", '["a"]', '"a\\u0000b"', '"~root/a"', "1979-05-27"],
};

const words: Omit<Expected, "absent"> = {
  takes: [["[]", []], ['["a", ""]', ["a", ""]]],
  refuses: ['"a b"', "[1]", '["a", true]', "{}", '["a\\u0000"]', "[[]]"],
};

const names: Omit<Expected, "absent"> = {
  takes: [["[]", []], ['["a", "b"]', ["a", "b"]]],
  refuses: ['"ab"', "[1]", '[""]', "3"],
};

const patterns: Omit<Expected, "absent"> = {
  takes: [["[]", []], ["['a+', '(?i)b', '(?P<x>c)\\Z']", ["a+", "(?i)b", "(?P<x>c)\\Z"]]],
  refuses: ["['(']", "['a', '[']", '"a"', "[1]", "['(?P<x']"],
};

const percent: Omit<Expected, "absent"> = {
  takes: [["0", 0], ["100", 100], ["12.5", 12.5]],
  refuses: ["-0.1", "100.1", "nan", "inf", "true", '"90"', "[90]"],
};

const amount: Omit<Expected, "absent"> = {
  takes: [["20", 20], ["0.5", 0.5], ["1_000.25", 1000.25], ["0.001", 0.001]],
  refuses: ["0", "-1", "0.0", "-0.5", "0.0001", "nan", "inf", "2_000_000_000", '"20"', "true", "[20]"],
};

const tokens: Omit<Expected, "absent"> = { ...wholeFrom(1), takes: [["1", 1], ["50_000_000_000", 50_000_000_000]] };

function limits(period: string): Record<string, Expected> {
  return Object.fromEntries([
    [`budget.${period}.usd`, { absent: null, ...amount }],
    [`budget.${period}.tokens`, { absent: null, ...tokens }],
    [`budget.${period}.hours`, { absent: null, ...amount }],
    ...(period === "round" ? [] : [[`budget.${period}.rounds`, { absent: null, ...wholeFrom(1) }]]),
  ]);
}

const file: Expected["takes"] = [];

const expected: Readonly<Record<string, Expected>> = {
  "agent.command": {
    absent: ["agent"],
    takes: [['["a", "-b c", ""]', ["a", "-b c", ""]]],
    refuses: ["[]", '"a b"', '[""]', '["a", 1]', "true"],
  },
  "agent.prompt_arg_template": {
    absent: ["{prompt}"],
    takes: [['["-p", "{prompt}"]', ["-p", "{prompt}"]]],
    refuses: words.refuses,
  },
  "agent.name": { absent: null, takes: [['"Night"', "Night"]], refuses: ['""', "3", "[]"] },
  "agent.env": {
    absent: {},
    takes: [
      ['{ A = "b", C = "" }', { A: "b", C: "" }],
      ["{ A = 1, B = 1.0, C = 1.5, D = true, E = false }", { A: "1", B: "1.0", C: "1.5", D: "True", E: "False" }],
    ],
    refuses: [
      '"A=b"',
      '["A=b"]',
      "3",
      "1979-05-27",
      "{ A = [] }",
      "{ A = 1979-05-27 }",
      '{ "A=B" = "c" }',
      '{ "" = "c" }',
    ],
  },
  "agent.prompt_delivery": { absent: "argv", takes: [['"argv"', "argv"]], refuses: ['"pipe"', "true", '"ARGV"', '""'] },
  "agent.wrapper": { absent: [], ...words },
  "agent.resume_arg_template": { absent: [], ...words },
  "agent.session": {
    absent: "fresh",
    takes: [['"resume"', "resume"]],
    refuses: ['"resumed"', "true"],
  },
  "agent.act_early": { absent: true, takes: [["false", false]], refuses: ["0", '"no"'] },
  "agent.max_in_round_wait_s": { absent: 300, takes: [["0", 0], ["3600", 3600]], refuses: ["-1", "1.5", '"5m"'] },
  "agent.reader": { absent: null, takes: [['"codex"', "codex"]], refuses: ['"codx"', '""', "1", '["codex"]'] },
  "runtime.work_dir": {
    absent: "/home/me/shop",
    takes: [['"/srv/other"', "/srv/other"], ['"../shop"', "/home/me/shop"], ['"~/shop"', "/home/me/shop"], [
      '"./{project}"',
      "/home/me/shop",
    ]],
    refuses: ['""', '"missing"', '"agent-runner.toml"', "3", '"~other"'],
  },
  "runtime.log_dir": { absent: "/home/me/shop/logs", ...path },
  "runtime.round_timeout_s": { absent: 1800, ...wholeFrom(1, "2000001") },
  "runtime.first_byte_timeout_s": { absent: 0, ...wholeFrom(0) },
  "runtime.idle_timeout_s": { absent: 0, ...wholeFrom(0) },
  "runtime.linger_s": { absent: 0, ...wholeFrom(0) },
  "runtime.stop_grace_s": { absent: 5, ...wholeFrom(0) },
  "runtime.cancel_grace_s": { absent: 30, ...wholeFrom(0) },
  "runtime.restart_delay_s": { absent: 3, ...wholeFrom(1) },
  "runtime.max_rounds": { absent: null, ...wholeFrom(1) },
  "runtime.stop_file": { absent: null, ...path },
  "runtime.transient_error_action": {
    absent: "back_off",
    takes: [['"back_off"', "back_off"], ['"skip"', "skip"], ['"stop"', "stop"]],
    refuses: ['"wait"', "true", "[]"],
  },
  "runtime.disable_pre_round_hooks": { absent: false, ...truth },
  "runtime.dry_run": { absent: false, ...truth },
  "runtime.round_log_retention": { absent: 100, ...wholeFrom(1) },
  "runtime.round_log_max_mb": { absent: 256, ...wholeFrom(0) },
  "runtime.round_log_overflow": { absent: "keep", takes: [['"kill"', "kill"]], refuses: ['"cut"', "true", '""'] },
  "runtime.disk_floor_mb": { absent: 200, ...wholeFrom(0) },
  "runtime.round_scope": {
    absent: "auto",
    takes: [['"always"', "always"], ['"never"', "never"]],
    refuses: ['"yes"', "true", "[]"],
  },
  "runtime.round_memory_max_mb": {
    absent: null,
    takes: [["16", 16], ["4_096", 4096]],
    refuses: ["15", "0", "-1", "512.0", '"1G"', "true"],
  },
  "runtime.round_tasks_max": {
    absent: null,
    takes: [["16", 16], ["1_024", 1024]],
    refuses: ["15", "0", "-1", "512.0", '"512"', "true"],
  },
  "runtime.events_retention_months": { absent: 0, ...wholeFrom(0) },
  "runtime.grace_kill_ignore_patterns": { absent: [], ...patterns },
  "runtime.narrative_file": { absent: null, ...path },
  "runtime.substrate_fingerprint_paths": {
    absent: [],
    takes: [['["**/*.md", "a"]', ["**/*.md", "a"]]],
    refuses: ['"*.md"', '["/etc/*"]', '[""]', '["../*"]', '["~/a"]', "[1]"],
  },
  "runtime.fresh_eyes_every_n": { absent: null, ...wholeFrom(1) },
  "prompt.file": { absent: undefined, takes: file, refuses: path.refuses },
  "prompt.files": {
    absent: ["/home/me/shop/main.md"],
    takes: file,
    refuses: ["[]", '"a"', '[""]', "[1]", '["~x"]'],
  },
  "prompt.inject_context": { absent: true, ...truth },
  "prompt.context_injection_mode": {
    absent: "prepend",
    takes: [['"prepend"', "prepend"], ['"file"', "file"], ['"none"', "none"]],
    refuses: ['"append"', "1"],
  },
  "prompt.concat_separator": { absent: "\n\n", takes: [['"---"', "---"], ['""', ""]], refuses: ["3", "[]", "true"] },
  "prompt.strip_yaml_frontmatter": { absent: true, ...truth },
  "prompt.min_bytes": { absent: 500, ...wholeFrom(0) },
  "vcs.dirty_action": {
    absent: "stash",
    takes: [['"stash"', "stash"], ['"ignore"', "ignore"], ['"auto_commit"', "auto_commit"]],
    refuses: ['"commit"', "false"],
  },
  "vcs.stash_idempotency_s": { absent: 5, ...wholeFrom(1) },
  "vcs.salvage_keep": { absent: 50, ...wholeFrom(1) },
  "vcs.salvage_keep_days": { absent: 30, ...wholeFrom(1) },
  "vcs.salvage_file_max_mb": { absent: 512, ...wholeFrom(1) },
  "vcs.owned_paths": {
    absent: [],
    takes: [['["reports/", "a/**"]', ["reports/", "a/**"]]],
    refuses: ['"*.md"', '["/etc/*"]', '[""]', '["../*"]', "[1]"],
  },
  ...Object.fromEntries(verdictKinds.map((kind): [string, Expected] => [`on_verdict.${kind}`, {
    absent: null,
    takes: [['"again"', "again"], ['"wait"', "wait"], ['"fresh_session"', "fresh_session"], ['"stop"', "stop"], [
      '"hook"',
      "hook",
    ]],
    refuses: ['"Hook"', '"Again"', '""', "true", "[]", "{}"],
  }])),
  "budget.budget_action": {
    absent: "wait",
    takes: [['"wait"', "wait"], ['"stop"', "stop"]],
    refuses: ['"skip"', "true", '""'],
  },
  "budget.time_zone": {
    absent: null,
    takes: [['"Europe/Berlin"', "Europe/Berlin"], ['"UTC"', "UTC"]],
    refuses: ['"Europe/Berlim"', '""', "2", '["UTC"]', '"\\u0000"'],
  },
  "budget.week_starts_on": {
    absent: "monday",
    takes: [['"monday"', "monday"], ['"sunday"', "sunday"]],
    refuses: ['"Monday"', '"tuesday"', "1"],
  },
  "budget.pace": { absent: false, ...truth },
  "budget.prices_file": { absent: null, ...path },
  ...limits("round"),
  ...limits("day"),
  ...limits("week"),
  ...limits("month"),
  ...limits("total"),
  "progress.stall_rounds": { absent: 0, ...wholeFrom(0) },
  "progress.stall_action": {
    absent: "stop",
    takes: [['"stop"', "stop"], ['"hook"', "hook"]],
    refuses: ['"Stop"', '"again"', '""', "true", "[]"],
  },
  "progress.verify": {
    absent: null,
    takes: [['["make", "test"]', ["make", "test"]], ['["./check.sh"]', ["./check.sh"]]],
    refuses: ["[]", '"make test"', '[""]', '["make", 1]', "true", '["a\\u0000"]'],
  },
  "progress.verify_timeout_s": {
    absent: 600,
    takes: [["1", 1], ["86_400", 86_400]],
    refuses: ["0", "-1", "86_401", "1.5", '"10m"', "true"],
  },
  "privacy.redact_round_logs": { absent: false, ...truth },
  "upgrade.from": {
    absent: null,
    takes: [['"/srv/releases"', "/srv/releases"], ['"https://a.example/r/"', "https://a.example/r/"]],
    refuses: ['""', "3", "true", "[]", '"a\\u0000"'],
  },
  "monitor.auth_fail_patterns": { absent: tables.monitor.auth_fail_patterns.default, ...patterns },
  "monitor.auth_fail_hint": { absent: "", takes: [['"log in"', "log in"]], refuses: ["3", "[]"] },
  "monitor.auto_stop_on": { absent: ["oauth_fail", "disk_critical"], ...names },
  "monitor.remote_failure_tolerance_s": {
    absent: 90,
    takes: [["0", 0], ["3600", 3600]],
    refuses: ["-1", "3601", "1.5", "true"],
  },
  "monitor.anomaly_repetitive_window": { absent: 0, ...wholeFrom(0) },
  "monitor.anomaly_repetitive_threshold": { absent: 0, ...wholeFrom(0) },
  "monitor.round_progress_interval_s": { absent: 0, ...wholeFrom(0) },
  "monitor.supervisor_stale_threshold_s": { absent: null, ...wholeFrom(0) },
  "monitor.host_health.mem_avail_min_mb": { absent: 200, ...wholeFrom(0) },
  "monitor.host_health.disk_warning_pct": { absent: 90, ...percent, takes: [["0", 0], ["95", 95], ["12.5", 12.5]] },
  "monitor.host_health.disk_critical_pct": {
    absent: 95,
    ...percent,
    takes: [["90", 90], ["100", 100], ["99.9", 99.9]],
  },
  "monitor.repeat_after_s": { absent: 3600, ...wholeFrom(0) },
  ...Object.fromEntries(Object.entries(detectorKeys).map(([key, row]) => [`monitor.${key}`, row])),
  "phases.list": { absent: [], ...names },
  "plugins.disable": { absent: [], ...names },
};

function keysOf(rows: Rows, prefix: string): string[] {
  return Object.entries(rows).flatMap(([key, entry]) =>
    isRow(entry) ? [`${prefix}${key}`] : keysOf(entry, `${prefix}${key}.`)
  );
}

/** The smallest configuration, with one key replaced. */
function withKey(key: string, value: string): string {
  const parts = key.split(".");
  const name = parts.pop()!;
  const text = withLines({ [parts.join(".")]: `${name} = ${value}` });
  const lines = text.split("\n");
  const start = lines.indexOf(`[${parts.join(".")}]`);
  // What the smallest configuration says of this key itself gives way.
  const isOwnTable = parts.length === 1 && smallest.includes(`[${parts[0]}]`);
  if (!isOwnTable) return text;
  return lines.filter((line, i) => !(i > start + 1 && line.startsWith(`${name} = `))).join("\n");
}

function valueAt(config: unknown, key: string): unknown {
  return key.split(".").reduce((at, part) => (at as Record<string, unknown>)[codeName(part)], config);
}

Deno.test("tables have no key that this test does not know", () => {
  assert.deepEqual(keysOf(tables, "").sort(), Object.keys(expected).sort());
});

for (const [key, { absent, takes, refuses }] of Object.entries(expected)) {
  Deno.test(`loadConfig() fills in ${key} when it is absent`, () => {
    assert.deepEqual(valueAt(configOf(withLines({})), key), absent);
  });

  for (const [written, value] of takes) {
    Deno.test(`loadConfig() takes ${key} = ${written}`, () => {
      assert.deepEqual(valueAt(configOf(withKey(key, written)), key), value);
    });
  }

  for (const written of refuses) {
    Deno.test(`loadConfig() names ${key} and its line when it is ${written}`, () => {
      const text = withKey(key, written);
      const problem = problemsOf(text).find((problem) => problem.key === key);
      assert.ok(problem, JSON.stringify(problemsOf(text)));
      assert.match(text.split("\n")[problem.line! - 1]!, new RegExp(`^${key.split(".").at(-1)} = `));
      assert.ok(problem.found !== "" && problem.wanted !== "" && problem.fix !== "");
    });
  }
}

Deno.test("every row has a sentence as doc, and an example where its default is none", () => {
  const all = (rows: Rows): [string, unknown][] =>
    Object.entries(rows).flatMap(([key, entry]): [string, unknown][] => {
      if (!isRow(entry)) return all(entry);
      const isShown = typeof entry.default === "object"
        ? entry.example !== undefined || Array.isArray(entry.default)
        : true;
      return /^[A-Z`{].*\.$/.test(entry.doc) && isShown ? [] : [[key, entry.doc]];
    });
  assert.deepEqual([...all(tables), ...all(phaseTable)], []);
});
