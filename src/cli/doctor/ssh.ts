// Can each host that was named be reached by ssh without a question, and is there an agent-runner to talk to.
import type { Finding, Scene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

const connectSeconds = 5;
const timeoutMs = 15_000;
const outputBytes = 16 * 1024;
/** ssh's own word for what is not the far command's fault. */
const sshFault = 255;
/** What sh ends with where a program is missing. */
const missing = 127;
/** A shell that nobody logs in with knows fewer folders; the user's own shell may be any. */
const remote = `exec /bin/sh -c 'PATH="$PATH:/usr/local/bin:$HOME/.local/bin"; exec agent-runner --version'`;

export async function checkSsh({ world, hosts }: Scene): Promise<readonly Finding[]> {
  return await Promise.all([...new Set(hosts)].map((host) => checkHost(host, world)));
}

async function checkHost(host: string, { processes, version }: Scene["world"]): Promise<Finding> {
  const name = `ssh ${host}`;
  if (!/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(host)) {
    return fail("ssh", { found: `'${host}' cannot be a host`, fix: "Name it as 'ssh' takes it: HOST or USER@HOST" });
  }
  const outcome = await processes.run({
    argv: [
      "ssh",
      "-T",
      // Nobody is there to answer a question.
      "-o",
      "BatchMode=yes",
      "-o",
      `ConnectTimeout=${connectSeconds}`,
      "--",
      host,
      remote,
    ],
    environment: { LC_ALL: "C" },
    timeoutMs,
    maxOutputBytes: outputBytes,
  });
  const byHand =
    `Run 'ssh ${host} true' by hand until it asks nothing: key in the agent, host key known, address right`;
  switch (outcome.kind) {
    case "absent":
      return fail(name, { found: "there is no ssh on PATH", fix: "Install an OpenSSH client" });
    case "timed_out":
      return fail(name, { found: `no answer within ${timeoutMs / 1000} s`, fix: byHand });
    case "exited": {
      const decoder = new TextDecoder();
      const said = lineOf(decoder.decode(outcome.stderr));
      if (outcome.code === sshFault) return fail(name, { found: said || "ssh failed without a word", fix: byHand });
      if (outcome.code === missing) {
        return warn(name, { found: "it is reached, but has no agent-runner on PATH", fix: `Install it on '${host}'` });
      }
      const there = /\b\d+\.\d+\.\d+\S*/.exec(decoder.decode(outcome.stdout))?.[0];
      if (outcome.code !== 0 || there === undefined) {
        const found = `'agent-runner --version' there ended with code ${outcome.code}${said && `: ${said}`}`;
        return warn(name, { found, fix: `Run 'agent-runner doctor' on '${host}'` });
      }
      if (there === version) return ok(name, `reached; agent-runner ${there}`);
      const found = `it has agent-runner ${there}, this is ${version}`;
      return warn(name, { found, fix: "Install the same version on both" });
    }
    default:
      return outcome satisfies never;
  }
}

/** The last line counts: before it stand banners. */
function lineOf(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").at(-1) ?? "";
}
