// One service for the tests of what is written of it.
import type { ServiceSpec } from "../../src/service/spec.ts";

export const oddWords = 'my "shop" 100% $HOME \\x <&\'> ünï';

export function sampleSpec(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    mode: "systemd_user",
    role: "serve",
    instance: "shop",
    project: "shop",
    file: "/home/me/.config/systemd/user/agent-runner@shop.service",
    argv: ["/bin/true", "--config", `/home/me/${oddWords}/agent-runner.toml`, "serve"],
    workDir: "/",
    configFile: `/home/me/${oddWords}/agent-runner.toml`,
    logDir: `/home/me/${oddWords}/logs`,
    environment: { PATH: "/home/me/bin:/usr/bin", LANG: "C.UTF-8" },
    user: null,
    stopSeconds: 1865,
    watchdogSeconds: 300,
    memoryMb: null,
    tasksMax: null,
    ...changes,
  };
}
