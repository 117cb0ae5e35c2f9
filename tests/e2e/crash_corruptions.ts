// What files of the log folder may hold after a crash, a bad disk or a clumsy hand.

const now = () => Math.floor(Date.now() / 1000);
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

/** A status file of one round. */
export const valid = { round_num: 1, running: false, schema: 2 };
const current = {
  number: 2,
  id: crypto.randomUUID(),
  phase: null,
  phase_index: null,
  state: "running",
  pid: 7,
  started_at: "2026-01-01T00:00:00.000Z",
  started_uptime_s: 1,
  log: "rounds/R2-20260101T000000.log",
  fresh_eyes: false,
};

/** What status.json may hold, by name. */
export const statusFiles: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  "nothing": "",
  "half of it": '{"round_num": 1, "running": fal',
  "bytes": random(4096),
  "NUL": "\0".repeat(512),
  "a list": "[1, 2, 3]",
  "a number": "17",
  "null": "null",
  "deep nesting": "[".repeat(100_000),
  "2 MB": JSON.stringify({ ...valid, padding: "x".repeat(2 * 1024 * 1024) }),
  "a text as number": JSON.stringify({ ...valid, round_num: "1" }),
  "half a number": JSON.stringify({ ...valid, round_num: 1.5 }),
  "a negative number": JSON.stringify({ ...valid, round_num: -3 }),
  "a number beyond counting": `{"round_num": 1e308, "running": false}`,
  "an infinite number": `{"round_num": 1e999, "running": false}`,
  "the largest number that is exact": JSON.stringify({ ...valid, round_num: Number.MAX_SAFE_INTEGER }),
  "wrong types in every field": JSON.stringify({
    round_num: 1,
    running: "yes",
    last_completed_at: 17,
    last_exit_code: "0",
    last_duration_s: [],
    current_phase: {},
    phase_index: "x",
    last_verdict: 3,
    last_summary: null,
    last_dirty_files: "a",
    session_id: false,
    waiting: "long",
    current: true,
  }),
  "a current round of wrong types": JSON.stringify({ ...valid, current: { ...current, id: 1, started_at: "never" } }),
  "a current round beyond the folder": JSON.stringify({
    ...valid,
    current: { ...current, log: "rounds/../../../x.log" },
  }),
  "a wait without an end": JSON.stringify({ ...valid, waiting: { until_epoch: 1e300, reason: "x" } }),
};

/** What may stand at the end of the events, with how many lines of it cannot be read. */
export const eventFiles: Readonly<
  Record<string, { readonly content: string | Uint8Array<ArrayBuffer>; readonly bad: number }>
> = {
  "a torn last line": { content: '{"ts": "2026-11-21T10:20:30.123Z", "event": "round_st', bad: 1 },
  "bytes": { content: new Uint8Array([0xff, 0xfe, 0x80, 0x0a, 0xc3, 0x28, 0x0a]), bad: 2 },
  "NUL": { content: "\0".repeat(4096), bad: 1 },
  "lines that are no objects": { content: '17\n"text"\n[1]\nnull\ntrue\n', bad: 5 },
  "objects that are no events": { content: '{}\n{"event": 5}\n{"ts": "x"}\n', bad: 3 },
  "a line of 5 MB": { content: `{"ts": "x", "event": "x", "text": "${"x".repeat(5 * 1024 * 1024)}"}\n`, bad: 1 },
};

const limit = { classification: "rate_limit_account", agent: "claude", since_round: 1, reason: "limit" };

/** What the other files of state may hold. */
export const stateFiles: readonly { readonly file: string; readonly name: string; readonly content: string }[] = [
  ...["wait.json", "loop.json", "orphans.json", "orphan-state.json", "round-context.json"].flatMap((file) => [
    { file, name: "nothing", content: "" },
    { file, name: "half of it", content: '{"a": [1, ' },
    { file, name: "bytes", content: "\u0000\ufffd\u0001\u001b[31m" },
    { file, name: "a list", content: "[[], {}, null]" },
  ]),
  {
    file: "wait.json",
    name: "an endless wait",
    content: JSON.stringify({ ...limit, reset_at_epoch: 1e300, started_epoch: 0 }),
  },
  {
    file: "wait.json",
    name: "a wait that ends before it began",
    content: JSON.stringify({ ...limit, reset_at_epoch: now() + 900, started_epoch: now() + 1000 }),
  },
  {
    file: "wait.json",
    name: "a wait of wrong types",
    content: JSON.stringify({ ...limit, reset_at_epoch: "soon", started_epoch: [] }),
  },
  {
    file: "loop.json",
    name: "failures of wrong types",
    content: JSON.stringify({ short_failures: "4", last_failure_epoch: {}, backoff: 17 }),
  },
  {
    file: "loop.json",
    name: "failures beyond counting",
    content: JSON.stringify({ short_failures: 1e300, last_failure_epoch: 1e300, backoff: { api_timeout: 1e300 } }),
  },
  {
    file: "orphans.json",
    name: "entries of wrong types",
    content: JSON.stringify({ entries: [null, 3, { state: "pending", files: 7, stash_message: {} }] }),
  },
  {
    file: "orphan-state.json",
    name: "a stash that does not exist",
    content: JSON.stringify({
      round_num: 1,
      files: ["a"],
      stashed_ref: "0".repeat(40),
      stash_message: "x",
      timestamp: "never",
    }),
  },
];
