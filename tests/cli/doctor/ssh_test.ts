// Guards the rows of hosts that are reached by ssh: what is asked, and what each answer comes to.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import type { RowState } from "../../../src/cli/doctor/check.ts";
import { type Answers, DoctorStage } from "./doctor_stage.ts";

async function sshRow(answer: Answers[string] | undefined, host = "me@pi") {
  const stage = new DoctorStage();
  if (answer !== undefined) stage.answers["ssh"] = answer;
  const rows = (await stage.rows({ hosts: [host] })).filter(({ name }) => name.startsWith("ssh"));
  assert.equal(rows.length, 1);
  return { row: rows[0]!, asked: stage.asked.filter(({ argv }) => argv[0] === "ssh") };
}

Deno.test("checkSsh() has no rows where no host was named", async () => {
  const stage = new DoctorStage();
  assert.deepEqual((await stage.rows()).filter(({ name }) => name.startsWith("ssh")), []);
  assert.ok(!stage.asked.some(({ argv }) => argv[0] === "ssh"));
});

Deno.test("checkSsh() asks without questions, within a time, and never takes a host for an option", async () => {
  const { row, asked } = await sshRow({ out: "agent-runner 0.0.0\n" });
  assert.deepEqual([row.name, row.state, row.found], ["ssh me@pi", "ok", "reached; agent-runner 0.0.0"]);
  const [spec] = asked;
  assert.ok(spec!.argv.includes("BatchMode=yes") && spec!.argv.some((word) => word.startsWith("ConnectTimeout=")));
  assert.equal(spec!.argv[spec!.argv.indexOf("--") + 1], "me@pi");
  assert.ok(spec!.timeoutMs <= 15_000);
});

for (const host of ["-oProxyCommand=evil", "", "a b", "a\nb", "\u001b[31mpi"]) {
  Deno.test(`checkSsh() refuses ${JSON.stringify(host)} before anything is started`, async () => {
    const { row, asked } = await sshRow({ out: "agent-runner 0.0.0" }, host);
    assert.deepEqual([row.state, asked], ["fail", []]);
    assert.doesNotMatch(`${row.name}${row.found}${row.fix}`, /\p{Cc}/u);
  });
}

const answers: readonly { answer: Answers[string] | undefined; state: RowState; found: RegExp }[] = [
  { answer: undefined, state: "fail", found: /^there is no ssh on PATH$/ },
  { answer: null, state: "fail", found: /^no answer within 15 s$/ },
  {
    answer: { code: 255, err: "Welcome!\nme@pi: Permission denied (publickey).\n" },
    state: "fail",
    found: /^me@pi: Permission denied/,
  },
  { answer: { code: 255 }, state: "fail", found: /without a word/ },
  { answer: { code: 127, err: "sh: agent-runner: not found" }, state: "warn", found: /no agent-runner/ },
  { answer: { code: 1, err: "\u001b[2Jboom" }, state: "warn", found: /code 1: \P{Cc}*boom$/u },
  { answer: { out: "no version at all" }, state: "warn", found: /code 0$/ },
  { answer: { out: "agent-runner 9.8.7\n" }, state: "warn", found: /^it has agent-runner 9\.8\.7, this is 0\.0\.0$/ },
];

for (const { answer, state, found } of answers) {
  Deno.test(`checkSsh() takes ${JSON.stringify(answer)} for '${state}' and says what to do`, async () => {
    const { row } = await sshRow(answer);
    assert.equal(row.state, state, row.found);
    assert.match(row.found, found);
    assert.ok((row.fix ?? "").length > 10);
  });
}

Deno.test("doctor --host adds a row for each host once, and leaves with 1 when one is not reached", async () => {
  const stage = new DoctorStage();
  stage.answers["ssh"] = { code: 255, err: "Connection refused" };
  const argv = ["doctor", "--json", "--host", "pi", "--host", "nas", "--host", "pi"];
  assert.equal(await runApp(argv, stage.world, () => {}), 1);
  const { rows } = JSON.parse(stage.world.stdout.text) as { rows: readonly { name: string; state: string }[] };
  assert.deepEqual(rows.filter(({ state }) => state === "fail").map(({ name }) => name), ["ssh pi", "ssh nas"]);
});
