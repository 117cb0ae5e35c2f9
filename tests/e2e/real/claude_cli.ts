// Gets one pinned version of Claude Code from npm, once per machine, and knows how to start it against a mock.

/** The version whose output is in tests/golden. */
export const claudeVersion = "2.1.329";

/** Path of the executable; installs it on first use. @throws when npm cannot. */
export async function installClaude(): Promise<string> {
  const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/agent-runner-real-agents`;
  const folder = `${cache}/claude-code-${claudeVersion}`;
  const binary = `${folder}/node_modules/.bin/claude`;
  if (isThere(binary)) return binary;
  Deno.mkdirSync(cache, { recursive: true });
  const fresh = Deno.makeTempDirSync({ dir: cache, prefix: "install-" });
  const npm = new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--loglevel=error", `@anthropic-ai/claude-code@${claudeVersion}`],
    cwd: fresh,
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stderr } = await npm.output();
  if (!success) {
    Deno.removeSync(fresh, { recursive: true });
    throw new Error(`npm could not install Claude Code ${claudeVersion}: ${new TextDecoder().decode(stderr)}`);
  }
  try {
    Deno.renameSync(fresh, folder);
  } catch (thrown) {
    // Another run was faster; its copy is as good.
    Deno.removeSync(fresh, { recursive: true });
    if (!isThere(binary)) throw thrown;
  }
  return binary;
}

/** What the agent needs in its environment to talk to a mock and to nobody else. */
export function claudeEnvironment(apiUrl: string): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_BASE_URL: apiUrl,
    ANTHROPIC_API_KEY: "sk-ant-api03-fake",
    // Claude Code refuses to run unattended as root without it.
    IS_SANDBOX: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_AUTOUPDATER: "1",
    CLAUDE_CODE_MAX_RETRIES: "1",
  };
}

/** The unattended command line, as in the preset. */
export function claudeCommand(binary: string): readonly string[] {
  return [
    binary,
    "-p",
    "--output-format",
    "stream-json",
    "--verbose",
    "--permission-mode",
    "bypassPermissions",
    "--model",
    "claude-sonnet-4-5",
  ];
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
