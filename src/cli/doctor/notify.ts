// Can notices get to their sinks: the programs they go through, the secrets they need, and what waits for too long.
import type { Config } from "../../config/schema.ts";
import { spellDuration } from "../../core/text.ts";
import { memoryOf } from "../../notify/outbox.ts";
import { readOutbox } from "../../notify/outbox_file.ts";
import { programCallOf } from "../../notify/programs.ts";
import { findSecrets } from "../../notify/secret_values.ts";
import { spellTest } from "../../notify/spell_notice.ts";
import { isOfWeb } from "../../notify/web_request.ts";
import type { World } from "../world.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { counted, ok, warn } from "./check.ts";

const name = "notify";

/** Nothing where no sink is configured. Sends nothing: that is `agent-runner notify test`. */
export function checkNotify({ config, world }: ProjectScene): readonly Finding[] {
  const names = Object.keys(config.notify);
  if (names.length === 0) return [];
  const { state, damage } = readOutbox(config.runtime.logDir, world.files);
  const faults = names.flatMap((sink) => {
    const fault = faultOf(sink, config, world);
    return fault === null ? [] : [`${sink}: ${fault}`];
  });
  if (damage !== null) faults.push(damage);
  if (faults.length > 0) {
    return [warn(name, { found: faults.join("; "), fix: "Mend it, then see with 'agent-runner notify test'" })];
  }
  const failing = names.filter((sink) => state !== null && memoryOf(state.outbox, sink).failures > 0);
  const waiting = state?.outbox.waiting ?? [];
  if (failing.length > 0 && waiting.length > 0) {
    const age = (world.clock.now() - Math.min(...waiting.map(({ acceptedAt }) => acceptedAt))) / 1000;
    const found = `${counted(waiting.length, "message")} to ${failing.join(", ")}, for up to ${spellDuration(age)}`;
    return [warn(name, { found: `tries fail: ${found}`, fix: "See why with 'agent-runner notify test'" })];
  }
  return [ok(name, `${counted(names.length, "sink")}, ${counted(waiting.length, "message")} waiting`)];
}

function faultOf(sink: string, config: Config, world: World): string | null {
  const settings = config.notify[sink]!;
  const secrets = findSecrets(settings, world);
  if (secrets.kind === "absent") return secrets.reason;
  const { workDir } = config.runtime;
  if (isOfWeb(settings.kind)) {
    const path = world.host.environment().PATH ?? "/usr/bin:/bin";
    return world.processes.find("curl", { path, workDir }) === null
      ? "curl, which sends it, is not installed here"
      : null;
  }
  const origin = { project: config.project, host: world.host.hostName(), timeZone: settings.timeZone };
  const message = spellTest(sink, world.clock.now(), origin);
  const call = programCallOf({ settings, id: "test", message, workDir }, world);
  return typeof call === "string" ? call : null;
}
