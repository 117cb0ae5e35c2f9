// Claude Code against a mock of Anthropic's Messages.
import { anthropic } from "./protocol_anthropic.ts";
import { mockTokens } from "./protocol.ts";
import type { RealCli } from "./real_cli.ts";

const model = "claude-sonnet-4-5";

export const claude: RealCli = {
  name: "claude",
  title: "Claude Code",
  program: { packageName: "@anthropic-ai/claude-code", version: "2.1.329", bin: "claude" },
  protocol: anthropic,
  command: (binary) => [
    binary,
    "-p",
    "--output-format",
    "stream-json",
    "--verbose",
    "--permission-mode",
    "bypassPermissions",
    "--model",
    model,
  ],
  agent: { prompt_delivery: "stdin", prompt_arg_template: [], resume_arg_template: ["--resume", "{session_id}"] },
  environment: ({ url }) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: "sk-ant-api03-fake",
    // Claude Code refuses to run unattended as root without it.
    IS_SANDBOX: "1",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_ERROR_REPORTING: "1",
    DISABLE_AUTOUPDATER: "1",
  }),
  settings: () => ({}),
  // Only a subscription has windows that reset at a time.
  limitEnvironment: { ANTHROPIC_API_KEY: "", CLAUDE_CODE_OAUTH_TOKEN: "sk-ant-oat01-fake" },
  model,
  tokens: {
    input_tokens: mockTokens.input,
    output_tokens: mockTokens.output,
    reasoning_tokens: 0,
    cached_tokens: mockTokens.cacheRead,
    cache_creation_tokens: mockTokens.cacheWrite,
  },
  tellsCost: true,
  limit: { seconds: 20 },
  limitShows: "reset",
  // Ten times, each later than the one before.
  onRefusedLogin: "ended_early",
};
