// opencode against a mock of OpenAI's Chat Completions.
import { chat } from "./protocol_chat.ts";
import { tokensApart } from "./protocol.ts";
import { json, type RealCli } from "./real_cli.ts";

const model = "mock/mock-model";

export const opencode: RealCli = {
  name: "opencode",
  title: "opencode",
  program: { packageName: "opencode-ai", version: "1.18.33", bin: "opencode" },
  protocol: chat,
  command: (binary) => [binary, "run", "--format", "json", "--auto", "-m", model],
  agent: { prompt_delivery: "stdin", prompt_arg_template: [], resume_arg_template: ["-s", "{session_id}"] },
  environment: () => ({
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  }),
  settings: ({ url }) => ({
    ".config/opencode/opencode.json": json({
      autoupdate: false,
      share: "disabled",
      provider: {
        mock: {
          npm: "@ai-sdk/openai-compatible",
          name: "Mock",
          options: { baseURL: `${url}/v1`, apiKey: "sk-fake" },
          models: {
            "mock-model": {
              name: "Mock",
              tool_call: true,
              limit: { context: 128_000, output: 8192 },
              cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
            },
          },
        },
      },
    }),
  }),
  model,
  tokens: tokensApart,
  tellsCost: true,
  // It tries five times more, each as late as the provider asks, and says nothing meanwhile.
  limit: { requests: 6, saysSeconds: 2 },
  limitShows: "retry_after",
  onRefusedLogin: "gives_up",
};
