// Guards the way from a command line to an exit code: help, errors in two lines, and what each verb may do.
import assert from "node:assert/strict";
import { runApp, spellError } from "../../src/cli/app.ts";
import { verbs } from "../../src/cli/registry.ts";
import type { Grant } from "../../src/cli/verb.ts";
import { OperatorError } from "../../src/core/errors.ts";
import { smallest, withLines } from "../config/sample.ts";
import { FakeWorld } from "../fakes/fake_world.ts";

const toml = "/home/me/shop/agent-runner.toml";

function scene(text: string | null = smallest) {
  const world = new FakeWorld();
  if (text !== null) world.files.writeAtomic(toml, text);
  const granted: (readonly Grant[])[] = [];
  const run = (...words: string[]) => runApp(words, world, (needs) => granted.push(needs));
  return { world, run, granted };
}

/** The two lines of an error. */
function assertTwoLines(text: string, message: RegExp, fix: RegExp): void {
  const lines = text.split("\n");
  assert.equal(lines.length, 3, text);
  assert.match(lines[0]!, /^agent-runner: /);
  assert.match(lines[0]!, message);
  assert.match(lines[1]!, /^ {2}fix: /);
  assert.match(lines[1]!, fix);
  assert.equal(lines[2], "");
}

for (const words of [["--version"], ["-V"], ["--json", "--version"]]) {
  Deno.test(`runApp(${words.join(" ")}) writes the version and nothing else`, async () => {
    const { world, run } = scene();
    assert.equal(await run(...words), 0);
    assert.deepEqual([world.stdout.text, world.stderr.text], ["agent-runner 0.0.0\n", ""]);
  });
}

for (const words of [["--help"], ["-h"], ["help"]]) {
  Deno.test(`runApp(${words.join(" ")}) lists every verb and is 0`, async () => {
    const { world, run } = scene();
    assert.equal(await run(...words), 0);
    for (const verb of verbs) assert.ok(world.stdout.text.includes(`  ${verb.name}`), verb.name);
    assert.match(world.stdout.text, /USAGE[\s\S]*VERBS[\s\S]*GLOBAL FLAGS/);
    assert.ok(!world.stdout.text.includes("_prepare"));
  });
}

Deno.test("runApp() refuses a flag that stands alone", async () => {
  const { world, run } = scene();
  assert.equal(await run("--bogus"), 2);
  assertTwoLines(world.stderr.text, /There is no flag '--bogus' without a verb/, /agent-runner --help/);
  assert.equal(world.stdout.text, "");
});

Deno.test("runApp() without a verb shows the verbs and is 1", async () => {
  const { world, run } = scene();
  assert.equal(await run(), 1);
  assert.match(world.stdout.text, /VERBS/);
});

for (const verb of verbs) {
  for (const words of [[verb.name, "--help"], ["help", verb.name], ["--help", verb.name], [verb.name, "-h"]]) {
    Deno.test(`runApp(${words.join(" ")}) explains the verb and is 0`, async () => {
      const { world, run, granted } = scene(null);
      assert.equal(await run(...words), 0);
      assert.ok(world.stdout.text.includes(verb.summary));
      assert.ok(world.stdout.text.includes("USAGE"));
      assert.deepEqual([world.stderr.text, granted], ["", []]);
    });
  }
}

Deno.test("every verb has its own name, a summary without a full stop, and examples that call it", async () => {
  for (const entry of verbs) {
    const verb = (await entry.load()).default;
    assert.deepEqual([verb.name, verb.summary], [entry.name, entry.summary]);
    assert.ok(!entry.summary.endsWith("."));
    const { examples = [] } = verb as { readonly examples?: readonly string[] };
    for (const example of examples) assert.match(example, new RegExp(`^agent-runner .*\\b${entry.name}\\b`));
  }
});

Deno.test("runApp() of an unknown verb says which was probably meant, and is 2", async () => {
  const { world, run } = scene();
  assert.equal(await run("sevre"), 2);
  assertTwoLines(world.stderr.text, /There is no verb 'sevre'/, /Did you mean 'agent-runner serve'\?/);
  assert.equal(world.stdout.text, "");
});

Deno.test("runApp() of an unknown verb that is like no other points at the help", async () => {
  const { world, run } = scene();
  assert.equal(await run("frobnicate", "--json"), 2);
  assert.deepEqual(JSON.parse(world.stderr.text), {
    error: {
      message: "There is no verb 'frobnicate'",
      fix: "See 'agent-runner --help' for all verbs",
      exit_code: 2,
    },
  });
});

Deno.test("runApp() of an unknown flag is 2, in two lines, and runs nothing", async () => {
  const { world, run, granted } = scene();
  assert.equal(await run("round", "--no-such-flag"), 2);
  assertTwoLines(world.stderr.text, /no-such-flag/, /agent-runner round --help/);
  assert.deepEqual(granted, []);
});

Deno.test("runApp() lets the global flags stand before and after the verb", async () => {
  for (const words of [["--json", "--config", toml, "peek"], ["peek", "--json", `--config=${toml}`]]) {
    const { world, run } = scene();
    assert.equal(await run(...words), 0, world.stderr.text);
    assert.equal(JSON.parse(world.stdout.text).project, "shop");
  }
});

Deno.test("runApp() says in two lines, or in JSON, that there is no configuration", async () => {
  const plain = scene(null);
  assert.equal(await plain.run("round"), 78);
  assertTwoLines(plain.world.stderr.text, /agent-runner\.toml/, /./);
  const json = scene(null);
  assert.equal(await json.run("--json", "round"), 78);
  assert.equal(JSON.parse(json.world.stderr.text).error.exit_code, 78);
});

Deno.test("runApp() says where '--config' lacks its value", async () => {
  for (const words of [["peek", "--config"], ["--config", "--json", "peek"], ["--config="]]) {
    const { world, run } = scene();
    assert.equal(await run(...words), 2);
    const text = world.stderr.text;
    assert.match(text, /'--config' lacks its value/);
  }
});

Deno.test("runApp() gives up every permission a verb does not need before it runs", async () => {
  const { run, granted } = scene();
  await run("peek", "--json");
  assert.equal(granted.length, 1);
  assert.ok(!granted[0]!.includes("write") && !granted[0]!.includes("net"));
});

Deno.test("runApp() shows a bug as a bug", async () => {
  const { world } = scene();
  await assert.rejects(
    runApp(["peek"], world, () => {
      throw new TypeError("a bug");
    }),
    TypeError,
  );
});

Deno.test("runApp() carries out a round and is 0 whatever the agent did, unless asked for its verdict", async () => {
  for (const [words, code] of [[["round"], 0], [["round", "--check-verdict"], 1]] as const) {
    const { world, run } = scene();
    world.agents = [{ code: 1 }];
    assert.equal(await run(...words), code);
    assert.ok(world.kinds.includes("round_end"));
  }
});

Deno.test("runApp() of a round whose battery fails is 78, with a line for each failure", async () => {
  const { world, run } = scene();
  world.processes.programs.clear();
  world.files.remove("/home/me/shop/main.md");
  assert.equal(await run("round"), 78);
  assert.equal(world.stderr.lines.filter((line) => line.startsWith("STARTUP FAIL: ")).length, 2);
});

Deno.test("runApp() skips the battery where the environment says so", async () => {
  for (const value of ["1", "true", "YES", "on"]) {
    const { world, run } = scene();
    world.files.writeAtomic("/home/me/shop/main.md", "short");
    const environment = () => ({ PATH: "/bin", AGENT_RUNNER_SKIP_STARTUP_CHECK: value });
    Object.assign(world.host, { environment });
    assert.equal(await run("round"), 0);
  }
});

Deno.test("runApp() of a second supervisor is 75 and disturbs nothing", async () => {
  for (const verb of ["serve", "round"]) {
    const { world, run } = scene();
    world.lock.holdElsewhere("/home/me/shop/logs/agent-runner.lock");
    assert.equal(await run(verb), 75);
    assertTwoLines(world.stderr.text, /Another supervisor works on/, /Stop that one first/);
    assert.ok(!world.files.paths().some((path) => path.startsWith("/home/me/shop/logs/")));
  }
});

Deno.test("runApp() of an unknown phase is 2 before anything is touched", async () => {
  const { world, run } = scene(withLines({ phases: 'list = ["plan", "build"]' }));
  assert.equal(await run("round", "--phase", "biuld"), 2);
  assertTwoLines(world.stderr.text, /biuld/, /build/);
  assert.ok(!world.files.paths().some((path) => path.startsWith("/home/me/shop/logs/")));
});

Deno.test("runApp() of serve tells every happening on stdout, and why it ended", async () => {
  const { world, run } = scene();
  assert.equal(await run("serve", "--max-rounds", "2"), 0);
  const texts = world.stdout.lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ""));
  assert.match(texts[0]!, /^serving 'shop'/);
  assert.equal(texts.filter((text) => /^round \d started/.test(text)).length, 2);
  assert.equal(texts.filter((text) => /^round \d ended: ok/.test(text)).length, 2);
  assert.equal(texts.filter((text) => /^waiting 3\.0s/.test(text)).length, 1);
  assert.match(texts.at(-1)!, /^stopped: max_rounds = 2 reached/);
  assert.equal(world.stderr.text, "");
});

Deno.test("runApp() of serve --json writes one object per line", async () => {
  const { world, run } = scene();
  assert.equal(await run("serve", "--once", "--json"), 0);
  const happenings = world.stdout.lines.map((line) => JSON.parse(line).happening);
  assert.deepEqual([happenings[0], happenings.at(-1)], ["serving", "stopped"]);
  assert.ok(happenings.includes("round_started") && happenings.includes("round_ended"));
});

Deno.test("runApp() of serve refuses '--once' with '--max-rounds', and no round at all", async () => {
  const both = scene();
  assert.equal(await both.run("serve", "--once", "--max-rounds", "2"), 2);
  assertTwoLines(both.world.stderr.text, /both given/, /one of them/);
  const none = scene();
  assert.equal(await none.run("serve", "--max-rounds", "0"), 2);
});

Deno.test("runApp() of serve says at the first signal what happens now, and at the second", async () => {
  const { world, run } = scene();
  world.agents = [{ seconds: Infinity }];
  world.clock.after(2_000, () => world.signals.send("SIGINT"));
  world.clock.after(3_000, () => world.signals.send("SIGINT"));
  assert.equal(await run("serve"), 0);
  assert.match(world.stdout.text, /SIGINT: no further round/);
  assert.match(world.stdout.text, /SIGINT: the running round is stopped now/);
  assert.match(world.stdout.lines.at(-1)!, /stopped: SIGINT received/);
});

Deno.test("spellError() is two lines, or one of JSON", () => {
  const error = new OperatorError('It is "broken"', { fix: "Mend it", exitCode: 75 });
  assert.equal(spellError(error, false), 'agent-runner: It is "broken"\n  fix: Mend it\n');
  assert.equal(
    spellError(error, true),
    '{"error":{"message":"It is \\"broken\\"","fix":"Mend it","exit_code":75}}\n',
  );
});
