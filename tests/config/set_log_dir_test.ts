// Guards the change of one key in a text that people wrote: nothing else of it is touched, and nothing is guessed.
import assert from "node:assert/strict";
import { withLogDir } from "../../src/config/set_log_dir.ts";

Deno.test("withLogDir() changes the value and keeps every other character", () => {
  const before =
    '# top\n[agent]\nlog_dir = "not this"\n[runtime] # here\nwork_dir = "."\n  log_dir  =  "~/a \\"b\\""   # why\n[vcs]\nlog_dir = "nor this"\n';
  const after = before.replace('"~/a \\"b\\""', '"/new \\"x\\""');
  assert.equal(withLogDir(before, '/new "x"'), after);
  assert.equal(withLogDir("[runtime]\nlog_dir = 'a'", "b"), '[runtime]\nlog_dir = "b"');
});

Deno.test("withLogDir() gives up where it would have to guess", () => {
  for (
    const text of [
      "",
      'runtime = { log_dir = "a" }',
      'runtime.log_dir = "a"',
      '[runtime]\nwork_dir = "."',
      '[runtime]\nlog_dir = """a"""',
      '[runtime]\nlog_dir = "a" + "b"',
      '[runtime]\nlog_dir = "a"\nlog_dir = "b"',
      '[runtime.x]\nlog_dir = "a"',
    ]
  ) assert.equal(withLogDir(text, "b"), null, text);
});
