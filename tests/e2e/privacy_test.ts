// Proves that a secret's value shows nowhere but in the raw log of the round, and there only while it may.
import assert from "node:assert/strict";
import { Project } from "./project.ts";

const value = "Zx9-qW3e_Lm77Tr55";

Deno.test("the value of a secret is masked in every record, line and page, and in the log when asked to", async () => {
  const env = { TRACKER_TOKEN: value, FAKE_MODE: "say" };
  for (const toml of ["", "[privacy]\nredact_round_logs = true"]) {
    await using project = await Project.make({ mode: "say", agentEnv: env, toml });
    const { code, stdout, stderr } = await project.run(["serve", "--max-rounds", "1"]);
    assert.equal(code, 0, stderr);
    const [verdict] = project.ofKind("round_verdict");
    assert.equal(verdict?.verdict, "error");
    const peek = await project.run(["peek", "--round", "1", "--log"]);
    const json = await project.run(["peek", "--json", "--round", "1", "--log"]);
    const events = await project.run(["events"]);
    for (
      const [what, text] of Object.entries({ stdout, peek: peek.stdout, json: json.stdout, events: events.stdout })
    ) {
      assert.ok(!text.includes(value), `${what} shows it`);
    }
    assert.ok(!Deno.readTextFileSync(`${project.logs}/status.json`).includes(value));
    assert.equal(project.roundLog(1).includes(value), toml === "");
    assert.match(project.roundLog(1), /cannot reach the tracker/);
  }
});
