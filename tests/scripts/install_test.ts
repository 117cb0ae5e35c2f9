// Guards scripts/install.sh under each small shell at hand: what is good is installed, all else leaves nothing.
import assert from "node:assert/strict";
import { releaseKeys } from "../../src/service/release_key.ts";
import { hostTarget } from "../../scripts/compile/targets.ts";
import { writeRelease } from "../../scripts/release.ts";
import { newKey, readKey } from "../../scripts/release/sign.ts";
import { runProgram } from "../../scripts/toolchain.ts";
import { readText, root } from "../../scripts/tree.ts";
import { testWhere } from "../e2e/test_where.ts";

const shells = [["dash"], ["busybox", "sh"], ["bash", "--posix"], ["sh"]];
const file = `agent-runner-${hostTarget()?.name}`;

/** Why a shell is not tried; null when it is. */
function obstacle([name]: readonly string[]): string | null {
  const { success } = new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).outputSync();
  return hostTarget() === null ? "no binary is made for this machine" : success ? null : `there is no ${name} here`;
}

async function scene(shell: readonly string[]) {
  const folder = Deno.makeTempDirSync({ prefix: "agent-runner install-" });
  const publicKey = await newKey(`${folder}/key.pem`);
  const { key } = await readKey(`${folder}/key.pem`);
  // The script of a user has its keys built in, so that of the test has its own.
  const script = readText("scripts/install.sh")!.replace(releaseKeys[0]!, publicKey);
  Deno.writeTextFileSync(`${folder}/install.sh`, script);
  const release = async (version: string, out: string, said = `agent-runner ${version}`) => {
    Deno.writeTextFileSync(`${folder}/${file}`, `#!/bin/sh\necho '${said}'\n`);
    await writeRelease({ binaries: [`${folder}/${file}`], version, out, key, runtime: "2.9.6" });
  };
  const run = (...words: string[]) =>
    runProgram([...shell, `${folder}/install.sh`, ...words], {
      cwd: folder,
      env: { HOME: `${folder}/home`, TMPDIR: `${folder}/tmp` },
      limitSeconds: 30,
    });
  Deno.mkdirSync(`${folder}/tmp`);
  const left = () => [...Deno.readDirSync(`${folder}/tmp`)].map(({ name }) => name);
  const installed = () => {
    try {
      return [...Deno.readDirSync(`${folder}/home/.local/bin`)].map(({ name }) => name);
    } catch {
      return [];
    }
  };
  return {
    folder,
    release,
    run,
    left,
    installed,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

for (const shell of shells) {
  const reason = obstacle(shell);
  const name = shell.join(" ");
  Deno.test({
    name: `install.sh does its work under ${name}${reason === null ? "" : ` (not run: ${reason})`}`,
    ignore: reason !== null,
    fn: async () => {
      using own = await scene(shell);
      const { folder, release, run, installed, left } = own;
      const from = `${folder}/a release`;
      await release("1.2.3", from);
      const good = await run("--from", from);
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stderr, /the signature is good[^]*installed .*\/\.local\/bin\/agent-runner, version 1\.2\.3/);
      assert.match(good.stderr, /is not in PATH; add it/);
      assert.equal((await runProgram([`${folder}/home/.local/bin/agent-runner`])).stdout, "agent-runner 1.2.3\n");

      // What is there is only replaced by what is good.
      const refused = async (words: readonly string[], told: RegExp, code = 1) => {
        const { code: got, stderr } = await run(...words);
        assert.deepEqual([got, told.test(stderr)], [code, true], stderr);
        if (code === 1) assert.match(stderr, /\n {2}fix: .+\n$/);
        assert.deepEqual([installed(), left()], [["agent-runner"], []]);
        assert.equal((await runProgram([`${folder}/home/.local/bin/agent-runner`])).stdout, "agent-runner 1.2.3\n");
      };
      await release("1.3.0", `${from}/1.3.0`);
      await refused(["--from", from, "--version", "1.4.0"], /there is no version 1\.4\.0 at .*: it has 1\.2\.3/);
      await refused(["--from", `${folder}/nowhere`], /there is no release at/);
      await refused(["--from", from, "--version", "../x"], /is no version/);
      await refused([], /usage:/, 2);
      await refused(["--from"], /usage:/, 2);
      await refused(["--odd"], /'--odd' is not understood/, 2);

      Deno.writeTextFileSync(`${from}/${file}`, "#!/bin/sh\necho agent-runner 1.2.3; echo evil\n");
      await refused(["--from", from], /'agent-runner-\S+' is not what its sum says/);
      await release("1.2.3", from);
      Deno.writeTextFileSync(`${from}/VERSION`, "9.9.9\n");
      await refused(["--from", from], /'VERSION' is not what its sum says/);
      await release("1.2.3", from);
      Deno.writeTextFileSync(
        `${from}/SHA256SUMS`,
        `${Deno.readTextFileSync(`${from}/SHA256SUMS`)}${"0".repeat(64)}  x\n`,
      );
      await refused(["--from", from], /the signature of the release is not good/);
      Deno.removeSync(`${from}/SHA256SUMS.sig`);
      await refused(["--from", from], /the release is not signed/);
      await release("1.2.3", from, "agent-runner 6.6.6");
      await refused(["--from", from], /the binary says that it is 'agent-runner 6\.6\.6'/);

      const other = await run("--from", from, "--version", "v1.3.0", "--to", `${folder}/my bin`);
      assert.equal(other.code, 0, other.stderr);
      assert.equal((await runProgram([`${folder}/my bin/agent-runner`])).stdout, "agent-runner 1.3.0\n");
    },
  });
}

testWhere(obstacle(["curl"]))("install.sh gets a release from a web server, and needs no root", async () => {
  using own = await scene(["sh"]);
  await own.release("1.2.3", `${own.folder}/r`);
  const handler = (request: Request) => {
    try {
      return new Response(Deno.readFileSync(`${own.folder}${new URL(request.url).pathname}`));
    } catch {
      return new Response("no such file", { status: 404 });
    }
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  const base = `http://127.0.0.1:${server.addr.port}`;
  const good = await own.run("--from", `${base}/r/`);
  assert.equal(good.code, 0, good.stderr);
  assert.deepEqual([own.installed(), own.left()], [["agent-runner"], []]);
  assert.match((await own.run("--from", `${base}/nowhere`)).stderr, /there is no release at/);
  const denied = await own.run("--from", `${base}/r`, "--to", "/proc/agent-runner");
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /cannot be made\n {2}fix: .*no root is needed/);
});

Deno.test("install.sh is understood by bash as old as macOS has it", async () => {
  const { code, stderr } = await runProgram(["bash", "-n", `${root}/scripts/install.sh`]);
  assert.deepEqual([code, stderr], [0, ""]);
  // What a newer bash and other shells know, and one of these three does not.
  const script = readText("scripts/install.sh")!;
  for (
    const odd of [/\[\[/, /\blocal\b/, /\bfunction\b/, /\$'/, /<\(/, /<<</, /\bdeclare\b/, /&>/, /\$\{[^}]*(\^\^|,,)/]
  ) {
    assert.ok(!odd.test(script.replaceAll(/\.local\b/g, "")), String(odd));
  }
});
