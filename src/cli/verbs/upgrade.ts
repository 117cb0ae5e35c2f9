// upgrade: puts another version of the program in place of this one, and puts this one back where that does not work.
import { exitCode, OperatorError } from "../../core/errors.ts";
import { joinPath } from "../../core/path.ts";
import { compareVersions, isVersion } from "../../core/release.ts";
import { visible } from "../../core/text.ts";
import { findRelease } from "../../service/release_find.ts";
import { defaultConfigPath } from "../arguments.ts";
import { openConfig } from "../project.ts";
import { spellJson } from "../print.ts";
import { claimUpgrade, openDesk } from "../upgrade_desk.ts";
import { releasePlace } from "../upgrade_place.ts";
import { finishCut, install } from "../upgrade_steps.ts";
import { defineVerb } from "../verb.ts";
import type { World } from "../world.ts";

export default defineVerb({
  name: "upgrade",
  summary: "Put a newer version in place of this one; it is undone by itself where that one does not work",
  flags: {
    "target": { kind: "string", placeholder: "X.Y.Z", brief: "This version, also an older one (default: the newest)" },
    "no-restart": { kind: "boolean", brief: "Leave the supervisor that runs with the old version" },
    "from": {
      kind: "string",
      placeholder: "DIR|URL",
      brief: "Folder or address of the release (default: [upgrade] from)",
    },
    "check": { kind: "boolean", brief: "Only say what there is; nothing is downloaded or changed" },
  },
  needs: ["read", "write", "run", "env", "sys"],
  examples: ["agent-runner upgrade --check", "agent-runner upgrade", "agent-runner upgrade --target 0.1.0"],
  async run(args, world) {
    const { flags, isJson } = args;
    const target = checkTarget(flags.target);
    const config = hasProject(args.configPath, world) ? openConfig({ ...args, withPrices: false }, world) : null;
    const tell = (text: string) => void (isJson || world.stderr.write(`agent-runner: ${visible(text)}\n`));
    const desk = await openDesk(config, { configPath: args.configPath, tell }, world);
    const place = releasePlace({ flag: flags.from, config, means: desk.means }, world);
    const find = () =>
      findRelease(place, target, {
        clock: world.clock,
        keys: desk.means.keys,
        platform: desk.means.program.platform,
      });
    const say = (facts: Readonly<Record<string, unknown>>, text: string) => {
      world.stdout.write(`${isJson ? spellJson(facts) : visible(text)}\n`);
      return exitCode.ok;
    };
    if (flags.check) {
      const release = await find();
      const facts = { current: world.version, available: release.version, from: release.source.name };
      return say({ ...facts, is_newer: compareVersions(release.version, world.version) > 0 }, spellCheck(facts));
    }
    const own = await claimUpgrade(desk.paths, world);
    try {
      const current = await finishCut(desk, world);
      const release = await find();
      if (!isWanted(release.version, { current, target })) {
        const text = release.version === current
          ? `version ${current} is in place already`
          : `version ${current} is newer than ${release.version}, which is there; --target ${release.version} goes back`;
        return say({ from_version: current, to_version: current, is_restarted: false, restart_command: null }, text);
      }
      const done = await install(release, { desk, current, isQuiet: isJson, mayRestart: !flags["no-restart"] }, world);
      return say(done.facts, done.text);
    } finally {
      own.release();
    }
  },
});

function checkTarget(target: string | undefined): string | null {
  if (target === undefined) return null;
  const version = target.replace(/^v/, "");
  if (isVersion(version)) return version;
  throw new OperatorError(`'${visible(target)}' is no version`, {
    fix: "Write three numbers, such as --target 0.2.0",
    exitCode: exitCode.usage,
  });
}

/** Outside a project the program alone is upgraded. */
function hasProject(configPath: string, world: World): boolean {
  return configPath !== defaultConfigPath || world.files.stat(joinPath(world.host.workDir(), configPath)) !== null;
}

function isWanted(version: string, { current, target }: { readonly current: string; readonly target: string | null }) {
  return target === null ? compareVersions(version, current) > 0 : version !== current;
}

function spellCheck({ current, available, from }: { readonly [name in "current" | "available" | "from"]: string }) {
  const order = compareVersions(available, current);
  if (order === 0) return `version ${current} is in place, as at ${from}`;
  return `version ${available} is at ${from}; version ${current}, which is in place, is ${
    order > 0 ? "older" : "newer"
  }`;
}
