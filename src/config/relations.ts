// What one key says about another: each may be right by itself and still not go with the rest.
import { nearest } from "../core/text.ts";
import type { CheckSpot } from "./check_row.ts";
import { spellFound, spellToml } from "./spell_toml.ts";

/** Checks keys against each other. Keys that already have a problem are left alone. */
export function checkRelations(spot: CheckSpot, options: { readonly knownReaders: readonly string[] }): void {
  const agent = { ...spot, path: ["agent"] };
  checkDelivery(agent);
  checkPromptFiles(spot);
  checkReader(agent, options.knownReaders);
  checkDisk(spot);
}

/** Whether the way of the prompt and the arguments go together. @param spot at the table of one agent */
export function checkDelivery(spot: CheckSpot): void {
  const { checked, findings } = spot;
  const table = spot.path.join(".");
  const delivery = checked.get(`${table}.prompt_delivery`);
  const template = checked.get(`${table}.prompt_arg_template`);
  const path = [...spot.path, "prompt_arg_template"];
  if (hasPlaceholder(checked.get(`${table}.command`))) {
    const fix = "Move the arguments from there on into prompt_arg_template";
    findings.warning([...spot.path, "command"], {
      found: "{prompt}, which stays as it is",
      wanted: "fixed words",
      fix,
    });
  }
  if (template === null && checked.has(`${table}.prompt_delivery`) && delivery !== "none") {
    const place = spot.path.length === 1 ? "[agent]" : "[[agent.fallback]]";
    const fix = delivery === "stdin"
      ? `Write prompt_arg_template = [] into ${place}`
      : `Write prompt_arg_template = ["{prompt}"] into ${place}`;
    findings.problem(path, { found: "nothing", wanted: "a list of texts", fix });
  } else if (Array.isArray(template) && delivery === "argv" && !hasPlaceholder(template)) {
    const fix = 'Add "{prompt}", or set prompt_delivery to "stdin" or "none"';
    findings.warning(path, { found: `${spellFound(template)}, without {prompt}`, wanted: "a place for it", fix });
  } else if (hasPlaceholder(template) && (delivery === "stdin" || delivery === "none")) {
    const wanted = `no {prompt} with prompt_delivery = ${spellToml(delivery)}`;
    const fix = 'Remove "{prompt}" from the list, or set prompt_delivery = "argv"';
    findings.problem(path, { found: spellFound(template), wanted, fix });
  }
}

function checkPromptFiles(spot: CheckSpot): void {
  const { checked, findings } = spot;
  const file = checked.get("prompt.file");
  const files = checked.get("prompt.files");
  if (file === undefined || files === undefined) return;
  if (file !== null && files !== null) {
    const fix = "Keep one of them: put everything into files, or remove files";
    findings.problem(["prompt", "files"], { found: "both file and files", wanted: "one of them", fix });
  }
  const delivery = checked.get("agent.prompt_delivery");
  const isAbsent = file === null && files === null;
  if (isAbsent && checked.has("agent.prompt_delivery") && delivery !== "none") {
    const fix = 'Write file = "./prompts/main.md" into [prompt]';
    findings.problem(["prompt", "file"], { found: "nothing", wanted: "a path, in file or in files", fix });
  }
  if (!isAbsent && delivery === "none") {
    const fix = 'Remove it, or set prompt_delivery to "stdin" or "argv"';
    const wanted = 'no prompt with prompt_delivery = "none"';
    findings.warning(["prompt", file === null ? "files" : "file"], { found: "a prompt nobody gets", wanted, fix });
  }
}

/** Whether the reader is one there is. @param spot at the table of one agent */
export function checkReader(spot: CheckSpot, known: readonly string[]): void {
  const reader = spot.checked.get(`${spot.path.join(".")}.reader`);
  if (typeof reader !== "string" || known.includes(reader)) return;
  const guess = nearest(reader, known);
  spot.findings.problem([...spot.path, "reader"], {
    found: spellFound(reader),
    wanted: `one of ${known.map(spellToml).join(", ")}`,
    fix: guess === null ? "Name one of them, or remove the key" : `Did you mean "${guess}"?`,
  });
}

function checkDisk(spot: CheckSpot): void {
  const warning = diskKey(spot, "warning");
  const critical = diskKey(spot, "critical");
  if (typeof warning.value !== "number" || typeof critical.value !== "number") return;
  if (warning.value <= critical.value) return;
  spot.findings.problem(warning.path, {
    found: String(warning.value),
    wanted: `at most ${critical.name}, which is ${critical.value}`,
    fix: `Lower ${warning.name} or raise ${critical.name}`,
  });
}

/** The key that counts: the detector's own where it is set, else the one in host_health. */
function diskKey({ checked }: CheckSpot, level: "warning" | "critical") {
  const own: unknown = checked.get(`monitor.disk_${level}.disk_pct`);
  const older = `disk_${level}_pct`;
  return typeof own === "number"
    ? { value: own, path: ["monitor", `disk_${level}`, "disk_pct"], name: `[monitor.disk_${level}] disk_pct` }
    : { value: checked.get(`monitor.host_health.${older}`), path: ["monitor", "host_health", older], name: older };
}

function hasPlaceholder(words: unknown): boolean {
  return Array.isArray(words) && words.some((word) => typeof word === "string" && word.includes("{prompt}"));
}
