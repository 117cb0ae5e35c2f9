// Gemini CLI against a mock of Google's generateContent.
import { gemini as generateContent } from "./protocol_gemini.ts";
import { tokensApart } from "./protocol.ts";
import { json, type RealCli } from "./real_cli.ts";

const model = "gemini-2.5-pro";

export const gemini: RealCli = {
  name: "gemini",
  title: "Gemini CLI",
  program: { packageName: "@google/gemini-cli", version: "0.61.0", bin: "gemini" },
  protocol: generateContent,
  command: (binary) => [binary, "-o", "stream-json", "--approval-mode=yolo", "--skip-trust", "-m", model],
  agent: { prompt_delivery: "stdin", prompt_arg_template: [], resume_arg_template: ["--resume", "{session_id}"] },
  environment: ({ url }) => ({
    GEMINI_API_KEY: "AIza-fake",
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_CLI_NO_RELAUNCH: "true",
    GEMINI_TELEMETRY_ENABLED: "false",
  }),
  settings: () => ({
    ".gemini/settings.json": json({
      security: { auth: { selectedType: "gemini-api-key" } },
      telemetry: { enabled: false },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    }),
  }),
  model,
  tokens: tokensApart,
  tellsCost: false,
  // It gives up only on what it would have to wait for longer than five minutes.
  limit: { requests: 1, saysSeconds: 600 },
  limitShows: "retry_after",
  onRefusedLogin: "gives_up",
};
