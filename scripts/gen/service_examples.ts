// Examples of the services that `install` writes, by the same source.
import { jobLabel, unitName } from "../../src/service/names.ts";
import { plistText } from "../../src/service/plist_text.ts";
import type { ServiceSpec } from "../../src/service/spec.ts";
import { unitText } from "../../src/service/unit_text.ts";
import type { Output } from "./output.ts";

/** The first one that knows all keys. */
const systemdVersion = 254;

/** One for each kind of service manager. */
export function serviceExamples(): readonly Output[] {
  const linux = example("/home/me", { mode: "systemd_user" });
  const system = { ...linux, mode: "systemd_system", user: "me", memoryMb: 4352, tasksMax: 1152 } as const;
  const mac = example("/Users/me", { mode: "launchd_agent" });
  const unit = unitName("serve", "shop");
  return [
    { path: `deploy/systemd/user/${unit}`, text: unitText(linux, systemdVersion) },
    {
      path: `deploy/systemd/user/${unitName("monitor", "shop")}`,
      text: unitText({ ...linux, role: "monitor", argv: linux.argv.with(-1, "monitor") }, systemdVersion),
    },
    {
      path: `deploy/systemd/system/${unit}`,
      text: unitText({ ...system, file: `/etc/systemd/system/${unit}` }, systemdVersion),
    },
    { path: `deploy/launchd/${jobLabel("serve", "shop")}.plist`, text: plistText(mac) },
  ];
}

function example(home: string, { mode }: Pick<ServiceSpec, "mode">): ServiceSpec {
  const isMac = mode === "launchd_agent";
  const configFile = `${home}/shop/agent-runner.toml`;
  return {
    mode,
    role: "serve",
    instance: "shop",
    project: "shop",
    file: isMac
      ? `${home}/Library/LaunchAgents/${jobLabel("serve", "shop")}.plist`
      : `${home}/.config/systemd/user/${unitName("serve", "shop")}`,
    argv: [`${home}/.local/bin/agent-runner`, "--config", configFile, "serve"],
    workDir: `${home}/shop`,
    configFile,
    logDir: `${home}/.agent-runner/shop/logs`,
    environment: { PATH: `${home}/.local/bin:/usr/local/bin:/usr/bin:/bin`, LANG: "C.UTF-8" },
    user: null,
    stopSeconds: 1865,
    watchdogSeconds: 300,
    memoryMb: null,
    tasksMax: null,
  };
}
