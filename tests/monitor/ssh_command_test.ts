// Guards the words for ssh: nothing of a name or a path is ever a word of a shell's own.
import assert from "node:assert/strict";
import fc from "fast-check";
import { faultOf, shellArgv, spell, sshArgv } from "../../src/monitor/ssh_command.ts";

const target = { host: "box", configPath: "~/shop" };
const shells = ["/bin/sh", "/bin/bash"].filter((shell) => {
  try {
    return Deno.statSync(shell).isFile;
  } catch {
    return false;
  }
});

/** What a login shell makes of the last word, as the far sshd does. */
async function ranBy(shell: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const command = new Deno.Command(shell, {
    args: ["-c", argv.at(-1)!],
    env: { PATH: "/usr/bin:/bin", ...env },
    clearEnv: true,
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("sshArgv() asks nothing, bounds the wait, and ends the options before the host", () => {
  const argv = sshArgv({ ...target, host: "odd;host" }, ["peek"]);
  assert.equal(argv[0], "ssh");
  for (const option of ["BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ForwardAgent=no"]) {
    assert.equal(argv[argv.indexOf(option) - 1], "-o", option);
  }
  assert.deepEqual(argv.slice(-3, -1), ["--", "odd;host"]);
});

Deno.test("shellArgv() hands every argument over unchanged, whatever is in it", async () => {
  const script = 'printf "%s|" "$@"';
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), async (words) => {
      const args = words.map((word) => word.replaceAll("\0", ""));
      for (const shell of shells) {
        const { stdout } = await ranBy(shell, shellArgv(target, script, ["-n", ...args]));
        assert.equal(stdout, ["-n", ...args].map((arg) => `${arg}|`).join(""));
      }
    }),
    { numRuns: 25 },
  );
  const hostile = ["$(touch /x)", "`id`", "'; exit 9; '", "\\", "!", "~", "*", "a\nb", '"'];
  const { stdout } = await ranBy("/bin/sh", shellArgv(target, script, hostile));
  assert.equal(stdout, hostile.map((arg) => `${arg}|`).join(""));
});

Deno.test("sshArgv() finds the program and the configuration, or says which of them is not there", async () => {
  const home = Deno.makeTempDirSync({ prefix: "agent-runner-test-" });
  try {
    const env = { HOME: home };
    const odd = { host: "box", configPath: "~/it's $HOME" };
    assert.equal((await ranBy("/bin/sh", sshArgv(odd, ["peek"]), env)).code, 127);
    Deno.mkdirSync(`${home}/.local/bin`, { recursive: true });
    const program = `${home}/.local/bin/agent-runner`;
    Deno.writeTextFileSync(program, `#!/bin/sh\nprintf '%s|' "$@"\n`, { mode: 0o755 });
    assert.equal((await ranBy("/bin/sh", sshArgv(odd, ["peek"]), env)).code, 66);
    Deno.mkdirSync(`${home}/it's $HOME`);
    const config = `${home}/it's $HOME/agent-runner.toml`;
    Deno.writeTextFileSync(config, "");
    for (const path of [odd.configPath, `${odd.configPath}/agent-runner.toml`]) {
      const argv = sshArgv({ host: "box", configPath: path }, ["peek", "a b"]);
      assert.deepEqual(await ranBy("/bin/sh", argv, env), {
        code: 0,
        stdout: `peek|a b|--config|${config}|`,
        stderr: "",
      });
    }
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
});

Deno.test("faultOf() tells what is wrong and what to do, safe to print and without secrets", () => {
  const secret = "Authorization: Bearer abcdefghijklmnopqrstuvwxyz0123456789";
  const rows: readonly [code: number, said: string, reason: RegExp, isLasting?: true][] = [
    [255, "banner\nssh: connect to host box port 22: Connection refused\n", /Connection refused$/],
    [255, "", /failed without a word/],
    [127, "", /no agent-runner on PATH/, true],
    [66, "", /no configuration at '~\/shop'/, true],
    [78, "agent-runner: broken\n  fix: mend it\n", /ended with code 78: fix: mend it/],
    [-1, "\u001b[31mboom\u0007", /code -1: +boom\\u0007$/],
    [1, secret, /<redacted>/],
  ];
  for (const [code, said, reason, isLasting] of rows) {
    const fault = faultOf(target, { code, said });
    assert.match(fault.reason, reason);
    assert.ok(fault.fix);
    assert.equal(fault.isLasting, isLasting);
  }
});

Deno.test("spell() bounds what another machine said", () => {
  assert.ok(spell("x".repeat(100_000)).length <= 300);
});
