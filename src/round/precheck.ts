// The start-up battery: every check runs, and each failure says what is wrong and how to mend it.
import type { Config } from "../config/schema.ts";
import { joinPath } from "../core/path.ts";
import type { RoundPlan } from "../core/round.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { Processes } from "../ports/processes.ts";
import { machineFault } from "./executable.ts";
import { argumentFault, assemblePrompt, renderTemplate } from "./prompt.ts";

export interface Check {
  readonly name: string;
  readonly isOk: boolean;
  readonly reason: string;
  readonly fix: string;
}

/** What the battery found out on its way, for the round that follows. */
export interface Precheck {
  readonly failures: readonly Check[];
  /** Path of the agent's executable; empty when it was not found. */
  readonly agentFile: string;
}

/** What git says of the work folder. */
export type WorkTreeFact = { readonly isWorkTree: boolean; readonly reason: string };

export function precheck(
  inputs: {
    readonly config: Config;
    readonly plan: RoundPlan;
    readonly workTree: WorkTreeFact;
    readonly machine: string;
    /** What will be put before the prompt; null or absent: nothing. */
    readonly context?: Readonly<Record<string, unknown>> | null;
  },
  ports: { readonly files: Files; readonly processes: Processes },
): Precheck {
  const { config, plan } = inputs;
  const command = [...config.agent.wrapper, ...config.agent.command];
  const agentFile = findAgent(command[0] ?? "", plan, ports.processes);
  const checks = [
    logFolderCheck(plan.logDir, ports.files),
    agentCheck(command[0] ?? "", { agentFile, plan, machine: inputs.machine, files: ports.files }),
    wrappedCheck(config, plan, ports.processes),
    workTreeCheck(plan.workDir, inputs.workTree),
    ...promptChecks(config, { plan, context: inputs.context ?? null }, ports.files),
  ];
  return { failures: checks.filter((check) => !check.isOk), agentFile };
}

function findAgent(command: string, plan: RoundPlan, processes: Processes): string {
  if (command === "") return "";
  return processes.find(command, { path: plan.environment.PATH ?? "/usr/bin:/bin", workDir: plan.workDir }) ?? "";
}

function pass(name: string): Check {
  return { name, isOk: true, reason: "", fix: "" };
}

function logFolderCheck(logDir: string, files: Files): Check {
  const name = "log_dir_writable";
  try {
    files.makeDir(joinPath(logDir, "rounds"));
    files.append(joinPath(logDir, ".write_probe"), new Uint8Array());
    files.remove(joinPath(logDir, ".write_probe"));
    return pass(name);
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    // A full disk passes: the round goes on and what cannot be written is kept and told.
    if (thrown.kind === "full") return pass(name);
    const reason = `'${logDir}' cannot be written: ${thrown.message}`;
    return {
      name,
      isOk: false,
      reason,
      fix: "Make the folder writable for this user, or set runtime.log_dir to one that is",
    };
  }
}

function agentCheck(
  command: string,
  facts: { readonly agentFile: string; readonly plan: RoundPlan; readonly machine: string; readonly files: Files },
): Check {
  const name = "agent_cli_in_path";
  if (facts.agentFile === "") {
    return { name, isOk: false, ...absence(command, facts.plan) };
  }
  const fault = programFault(facts);
  if (fault === null) return pass(name);
  const fix = "Install the build of the agent that is made for this machine";
  return { name, isOk: false, reason: `'${facts.agentFile}' ${fault}`, fix };
}

function absence(command: string, plan: RoundPlan): Pick<Check, "reason" | "fix"> {
  if (command.includes("/")) {
    const reason = `'${command}' is no file that may be executed, seen from '${plan.workDir}'`;
    return { reason, fix: "Mend the path in agent.command, or make the file executable" };
  }
  const reason = `'${command}' is not found on PATH ${plan.environment.PATH ?? "(unset)"}`;
  return { reason, fix: "Install the agent, or write its full path into agent.command" };
}

function programFault(facts: { readonly agentFile: string; readonly machine: string; readonly files: Files }) {
  try {
    return machineFault(facts.files.readBytes(facts.agentFile, { offset: 0, length: 256 }), facts.machine);
  } catch (thrown) {
    // A program that may be run need not be readable.
    if (thrown instanceof FileFault) return null;
    throw thrown;
  }
}

function wrappedCheck(config: Config, plan: RoundPlan, processes: Processes): Check {
  const name = "agent_cli_in_path";
  const command = config.agent.command[0] ?? "";
  if (config.agent.wrapper.length === 0 || findAgent(command, plan, processes) !== "") return pass(name);
  return { name, isOk: false, ...absence(command, plan) };
}

function workTreeCheck(workDir: string, fact: WorkTreeFact): Check {
  const name = "work_dir_is_git_repo";
  if (fact.isWorkTree) return pass(name);
  const reason = `'${workDir}' is not a git work tree: ${fact.reason}`;
  return { name, isOk: false, reason, fix: `Run 'git init' in it, or set runtime.work_dir to a git work tree` };
}

interface PromptFacts {
  readonly plan: RoundPlan;
  readonly context: Readonly<Record<string, unknown>> | null;
}

function promptChecks(config: Config, facts: PromptFacts, files: Files): Check[] {
  const { plan } = facts;
  if (plan.delivery === "none") return [];
  const all = [config.prompt.files, ...Object.values(config.phases.overrides).map((o) => o.promptFiles ?? [])];
  const missing = [...new Set(all.flat())].filter((path) => !isFileAt(path, files));
  const exists = missing.length === 0 ? pass("prompt_file_exists") : {
    name: "prompt_file_exists",
    isOk: false,
    reason: `missing or out of reach: ${missing.map((path) => `'${path}'`).join(", ")}`,
    fix: "Write the file, or mend prompt.file, prompt.files or phases.<name>.prompt.files",
  };
  return missing.some((path) => plan.promptFiles.includes(path))
    ? [exists]
    : [exists, smokeCheck(config, facts, files)];
}

function isFileAt(path: string, files: Files): boolean {
  try {
    return files.stat(path)?.isFile ?? false;
  } catch (thrown) {
    if (thrown instanceof FileFault) return false;
    throw thrown;
  }
}

function smokeCheck(config: Config, { plan, context }: PromptFacts, files: Files): Check {
  const name = "prompt_smoke_passes";
  const fail = (reason: string, fix: string): Check => ({ name, isOk: false, reason, fix });
  const options = {
    files: plan.promptFiles,
    separator: config.prompt.concatSeparator,
    stripFrontMatter: config.prompt.stripYamlFrontmatter,
    context: null,
  };
  const prompt = assemblePrompt(options, files);
  if (prompt.kind === "unreadable") return fail(`'${prompt.path}': ${prompt.reason}`, "Make the file readable");
  const bytes = new TextEncoder().encode(prompt.text).length;
  if (prompt.text === "") return fail("the prompt is empty", "Write the prompt file");
  if (/^[- \n\t\r]/.test(prompt.text)) {
    const fix = "Begin the prompt with a word: a command line would take a dash for a flag";
    return fail(`the prompt begins with ${JSON.stringify(prompt.text[0])}`, fix);
  }
  if (bytes < config.prompt.minBytes) {
    const fix = "Say more in the prompt, or lower prompt.min_bytes";
    return fail(`the prompt has ${bytes} bytes, fewer than prompt.min_bytes = ${config.prompt.minBytes}`, fix);
  }
  if (plan.delivery !== "argv") return pass(name);
  const sent = context === null ? prompt : assemblePrompt({ ...options, context }, files);
  if (sent.kind === "unreadable") return fail(`'${sent.path}': ${sent.reason}`, "Make the file readable");
  const argv = [
    ...config.agent.wrapper,
    ...config.agent.command,
    ...renderTemplate(config.agent.promptArgTemplate, sent.text),
  ];
  const fault = argumentFault(argv, plan.environment);
  return fault === null ? pass(name) : fail(fault, 'Set agent.prompt_delivery = "stdin", or shorten the prompt');
}
