// Does the supervisor that runs do what this program and this configuration would do.
import { joinPath } from "../../core/path.ts";
import { textField } from "../../view/field.ts";
import { readHolder } from "../../view/service_view.ts";
import type { Finding, ProjectScene } from "./check.ts";
import { ok, warn } from "./check.ts";

const name = "supervisor";
const fix = "Restart it when its round is over: stop 'agent-runner serve' with one SIGTERM and start it again";

export function checkSupervisor({ world, config, isSupervised }: ProjectScene): readonly Finding[] {
  if (!isSupervised) return [];
  const holder = readHolder(world.files, config.runtime.logDir);
  const version = textField(holder, "version");
  const file = textField(holder, "config");
  const fingerprint = textField(holder, "config_fingerprint");
  const findings: Finding[] = [];
  if (version !== null && version !== world.version) {
    findings.push(warn(name, { found: `it is version ${version}, this is ${world.version}`, fix }));
  }
  if (file !== null && joinPath(file) !== config.file) {
    findings.push(warn(name, {
      found: `it runs by '${file}', not by '${config.file}'`,
      fix: "Give each project a runtime.log_dir of its own, or restart it with this file",
    }));
  } else if (fingerprint !== null && fingerprint !== config.fingerprint) {
    findings.push(warn(name, { found: `'${config.file}' was changed after it had read it`, fix }));
  }
  if (findings.length > 0) return findings;
  return [ok(name, version === null ? "its version is not on record" : `version ${version}, with this configuration`)];
}
