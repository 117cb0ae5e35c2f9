// Is the configuration right: every problem and every warning, one row each.
import type { Problem } from "../../core/config.ts";
import type { Finding, Scene } from "./check.ts";
import { fail, ok, warn } from "./check.ts";

const name = "config";

export function checkConfig({ loaded }: Scene): readonly Finding[] {
  if (loaded.kind === "broken") {
    return loaded.problems.map((problem) => fail(name, { found: spell(problem, loaded.file), fix: problem.fix }));
  }
  const { config, warnings } = loaded;
  if (warnings.length === 0) return [ok(name, config.file)];
  return warnings.map((warning) => warn(name, { found: spell(warning, config.file), fix: warning.fix }));
}

function spell({ key, line, found, wanted }: Problem, file: string): string {
  const place = line === null ? file : `${file}:${line}`;
  return `${place}: ${key === "" ? "" : `${key}: `}found ${found}, wanted ${wanted}`;
}
