// Guards what is written into a property list, read back by another program where there is one.
import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeXml, plistText, readPlistMark } from "../../src/service/plist_text.ts";
import { testWhere } from "../e2e/test_where.ts";
import { oddWords, sampleSpec } from "./spec_sample.ts";

const launchd = { mode: "launchd_agent", file: "/Users/me/Library/LaunchAgents/agent-runner.shop.plist" } as const;

function python(script: string, input: string): Promise<string> | null {
  try {
    const child = new Deno.Command("python3", { args: ["-c", script], stdin: "piped", stdout: "piped", stderr: "null" })
      .spawn();
    return readAll(child, input);
  } catch {
    return null;
  }
}

async function readAll(child: Deno.ChildProcess, input: string): Promise<string> {
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

const read = "import json,plistlib,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
const trial = await python(read, plistText(sampleSpec(launchd)));
const testRead = testWhere(trial === null || trial === "" ? "there is no python3 with plistlib" : null);

testRead("plistText() holds the right keys, read back with a library", async () => {
  const plist = JSON.parse(await python(read, plistText(sampleSpec({ ...launchd, argv: ["/bin/run", oddWords] })))!);
  assert.deepEqual(plist, {
    Label: "agent-runner.shop",
    ProgramArguments: ["/bin/run", oddWords],
    WorkingDirectory: "/",
    EnvironmentVariables: {
      PATH: "/home/me/bin:/usr/bin",
      LANG: "C.UTF-8",
      AGENT_RUNNER_SERVICE: "launchd_agent",
      AGENT_RUNNER_UNIT_FILE: launchd.file,
    },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 10,
    ExitTimeOut: 1865,
    AbandonProcessGroup: true,
    ProcessType: "Standard",
    SoftResourceLimits: { NumberOfFiles: 8192 },
    StandardOutPath: `/home/me/${oddWords}/logs/serve.log`,
    StandardErrorPath: `/home/me/${oddWords}/logs/serve.log`,
  });
});

testRead("plistText() of a daemon names its user, one of a monitor has a log of its own", async () => {
  const daemon = plistText(sampleSpec({ mode: "launchd_daemon", user: "me", role: "monitor", logDir: "/logs" }));
  const plist = JSON.parse(await python(read, daemon)!);
  assert.deepEqual([plist.UserName, plist.Label, plist.StandardOutPath], [
    "me",
    "agent-runner-monitor.shop",
    "/logs/monitor.log",
  ]);
});

testRead("escapeXml() gives any text back, but for what XML cannot hold", async () => {
  const words = fc.sample(fc.string({ unit: "grapheme" }), { seed: 11, numRuns: 300 });
  const plist = JSON.parse(await python(read, plistText(sampleSpec({ ...launchd, argv: words })))!);
  assert.deepEqual(plist.ProgramArguments, words.map((word) => word.replaceAll(/(?![\t\n\r])\p{Cc}/gu, "")));
});

Deno.test("escapeXml() leaves out control characters and halves of characters, so that the file can be read at all", () => {
  assert.equal(escapeXml("a\u0000b\u001b[1m\ufffec\r"), "ab[1mc&#13;");
  assert.equal(escapeXml("\ud800x"), "\ufffdx");
  assert.equal(escapeXml(`<a b="c">&'`), "&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
});

Deno.test("readPlistMark() reads back the paths, and nothing of a foreign list", () => {
  const configFile = `/home/me/${oddWords}/agent-runner.toml`;
  assert.deepEqual(readPlistMark(plistText(sampleSpec(launchd))), { configFile, logDir: `/home/me/${oddWords}/logs` });
  assert.equal(readPlistMark("<plist><dict/></plist>"), null);
  assert.equal(readPlistMark(""), null);
});
