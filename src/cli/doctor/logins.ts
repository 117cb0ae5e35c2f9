// Looks for signs that an agent is logged in: names of variables and files, never what they hold.
import { joinPath } from "../../core/path.ts";
import { FileFault } from "../../ports/files.ts";
import type { Seat } from "../../loop/seats.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { ok, warn } from "./check.ts";

/** Where a CLI keeps its login. */
interface Places {
  readonly variables: readonly string[];
  /** Below the home folder, unless the variable in front names another one. */
  readonly files: readonly { readonly folderVariable?: string; readonly folder: string; readonly file: string }[];
  readonly how: string;
  /** All places are known: where there is no sign, there is no login. */
  readonly isComplete: boolean;
}

const places: Readonly<Record<string, Places>> = {
  claude: {
    variables: [
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_AUTH_TOKEN",
      "CLAUDE_CODE_OAUTH_TOKEN",
      "CLAUDE_CODE_USE_BEDROCK",
      "CLAUDE_CODE_USE_VERTEX",
      "CLAUDE_CODE_USE_FOUNDRY",
    ],
    files: [{ folderVariable: "CLAUDE_CONFIG_DIR", folder: ".claude", file: ".credentials.json" }],
    how: "Start 'claude' once as this user and use /login, or set ANTHROPIC_API_KEY in [agent.env]",
    isComplete: true,
  },
  codex: {
    variables: ["CODEX_API_KEY", "OPENAI_API_KEY"],
    files: [
      { folderVariable: "CODEX_HOME", folder: ".codex", file: "auth.json" },
      // Another provider may be configured there.
      { folderVariable: "CODEX_HOME", folder: ".codex", file: "config.toml" },
    ],
    how: "Run 'codex login' as this user, or set CODEX_API_KEY in [agent.env]",
    isComplete: true,
  },
  gemini: {
    variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_APPLICATION_CREDENTIALS"],
    files: [
      { folder: ".gemini", file: "oauth_creds.json" },
      { folder: ".gemini", file: ".env" },
    ],
    how: "Start 'gemini' once as this user and log in, or set GEMINI_API_KEY in [agent.env]",
    isComplete: false,
  },
  opencode: {
    variables: [],
    files: [{ folderVariable: "XDG_DATA_HOME", folder: ".local/share", file: "opencode/auth.json" }],
    how: "Run 'opencode auth login' as this user",
    isComplete: false,
  },
};

const anyKey = /^[A-Z][A-Z0-9_]*_(?:API_KEY|TOKEN)$/;
/** Tokens that are there for something else. */
const foreign = /^(?:NPM|NODE_AUTH|CI|CARGO|PYPI|DOCKER|ACTIONS|RUNNER)_/;

export function checkLogin(
  seat: Seat,
  { scene, isFirst }: { readonly scene: ProjectScene; readonly isFirst: boolean },
): readonly Finding[] {
  const name = `login ${seat.name}`;
  const known = Object.hasOwn(places, seat.agent.name) ? places[seat.agent.name]! : null;
  const environment = { ...scene.world.host.environment(), ...seat.settings.env };
  const isSet = (variable: string) => (environment[variable] ?? "") !== "";
  const variables = known !== null && known.variables.length > 0
    ? known.variables.filter(isSet)
    : Object.keys(environment).filter((key) => anyKey.test(key) && !foreign.test(key) && isSet(key)).sort();
  const files = (known?.files ?? []).map(({ folderVariable, folder, file }) => {
    const given = folderVariable === undefined ? "" : environment[folderVariable] ?? "";
    return joinPath(environment.HOME ?? scene.world.host.homeDir(), given === "" ? folder : given, file);
  }).filter((path) => isThere(path, scene));
  const signs = [...variables.slice(0, 3).map((variable) => `${variable} is set`), ...files.map((path) => `'${path}'`)];
  if (signs.length > 0) {
    const isDouble = seat.agent.name === "claude" && variables.includes("ANTHROPIC_API_KEY") && files.length > 0;
    const paid = isDouble ? "; the key goes before the subscription, so rounds are paid by use" : "";
    return [ok(name, `signs of a login: ${signs.join(", ")}${paid}`)];
  }
  const hint = (isFirst ? scene.config.monitor.authFailHint : "") || known?.how || "Log the agent in as this user";
  // A keychain shows nothing to those who may not ask it.
  if (known?.isComplete && !hasKeychain(scene)) {
    const found = "no sign of a login: none of its variables is set, and its file is not there";
    return [warn(name, { found, fix: hint })];
  }
  return [ok(name, `cannot be told without asking the provider; if it is refused: ${hint}`)];
}

function isThere(path: string, { world }: ProjectScene): boolean {
  try {
    return world.files.stat(path)?.isFile ?? false;
  } catch (thrown) {
    if (thrown instanceof FileFault) return false;
    throw thrown;
  }
}

function hasKeychain({ world }: ProjectScene): boolean {
  return world.files.stat("/System/Library/CoreServices") !== null;
}
