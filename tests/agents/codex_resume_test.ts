// Proves that a Codex command line still means the same when it goes on with a thread.
import assert from "node:assert/strict";
import codex from "../../src/agents/codex.ts";

const resumes: readonly (readonly [string, string])[] = [
  ["codex exec --json", "codex exec resume --json ID"],
  ["codex exec --json --skip-git-repo-check -", "codex exec resume --json --skip-git-repo-check ID -"],
  ["/opt/bin/codex e --json", "/opt/bin/codex e resume --json ID"],
  ["nice -n 5 codex exec --json -m gpt-5", "nice -n 5 codex exec resume --json -m gpt-5 ID"],
  ["env A=1 npx -y @openai/codex@0.169.0 exec --json", "env A=1 npx -y @openai/codex@0.169.0 exec resume --json ID"],
  ["codex -c a=exec exec -c b=resume --json", "codex -c a=exec exec resume -c b=resume --json ID"],
  // What `resume` refuses goes in front of `exec`, where it means the same.
  ["codex exec -s workspace-write --json", "codex -s workspace-write exec resume --json ID"],
  ["codex exec --json --sandbox=read-only -C /srv", "codex --sandbox=read-only -C /srv exec resume --json ID"],
  [
    "codex --search exec --cd a --add-dir b -p c --json",
    "codex --search --cd a --add-dir b -p c exec resume --json ID",
  ],
  ["codex exec --oss --color never --json", "codex --oss exec resume --json ID"],
  // A command that resumes already.
  ["codex exec resume --json OLD -", "codex exec resume --json ID -"],
  ["codex exec --json resume --last --all -", "codex exec resume --json ID -"],
  // No `codex exec` at all.
  ["codex review", "codex review"],
  ["codex", "codex"],
  ["codex -m exec", "codex -m exec"],
  ["", ""],
];

for (const [command, resumed] of resumes) {
  Deno.test(`resumed() turns ${JSON.stringify(command)} into ${JSON.stringify(resumed)}`, () => {
    const words = (text: string) => text.split(" ").filter((word) => word !== "");
    assert.deepEqual(codex.resuming.resumed(words(command), "ID"), words(resumed));
  });
}
