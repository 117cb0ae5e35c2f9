// Codex against a mock of OpenAI's Responses.
import { tokensApart } from "./protocol.ts";
import { responses } from "./protocol_responses.ts";
import type { RealCli } from "./real_cli.ts";

const model = "gpt-5";

export const codex: RealCli = {
  name: "codex",
  title: "Codex",
  program: { packageName: "@openai/codex", version: "0.169.0", bin: "codex" },
  protocol: responses,
  command: (binary) => [
    binary,
    "exec",
    "--json",
    "--dangerously-bypass-approvals-and-sandbox",
    "--model",
    model,
  ],
  agent: { prompt_delivery: "stdin", prompt_arg_template: ["-"] },
  environment: ({ home }) => ({ MOCK_API_KEY: "sk-fake", CODEX_HOME: `${home}/.codex` }),
  settings: ({ url }) => ({
    ".codex/config.toml": [
      'model_provider = "mock"',
      "check_for_update_on_startup = false",
      "[analytics]",
      "enabled = false",
      "[otel]",
      'exporter = "none"',
      "[model_providers.mock]",
      'name = "mock"',
      `base_url = "${url}/v1"`,
      'env_key = "MOCK_API_KEY"',
      'wire_api = "responses"',
      "",
    ].join("\n"),
  }),
  model,
  tokens: tokensApart,
  tellsCost: false,
  // It shows the time without seconds.
  limit: { seconds: 5, roundedUpTo: 60 },
  limitShows: "reset",
  onRefusedLogin: "ended_early",
};
