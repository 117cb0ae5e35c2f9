// How the far machine is asked: the words for ssh, the words for the shell there, and what came of it in a sentence.
import { redact } from "../core/redact.ts";
import { clip, shellQuote, visible } from "../core/text.ts";
import type { SshTarget } from "./ssh_target.ts";

const connectSeconds = 10;
const aliveSeconds = 5;
const aliveCount = 3;
const reasonCharacters = 300;
/** ssh's own word for what is not the far command's fault. */
const sshFault = 255;
/** What sh ends with where a program is missing. */
const missing = 127;
const noConfig = 66;

/** Sequences that a terminal obeys: colours, moves, titles. */
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const colours = /\u001b(?:\[[0-?]*[ -\/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;

/** The program's own word for a command line it does not understand: a verb that its version does not have. */
export const notUnderstood = 2;

/** One line, for any shell: a shell that nobody logs in with knows fewer folders. `$1`: the configuration. */
const findProgram = 'PATH="$PATH:/usr/local/bin:$HOME/.local/bin"; c=$1; shift; ' +
  'case "$c" in "~/"*) c="$HOME/${c#??}";; esac; if [ -d "$c" ]; then c="$c/agent-runner.toml"; fi; ' +
  `command -v agent-runner >/dev/null 2>&1 || exit ${missing}; [ -f "$c" ] || exit ${noConfig}; ` +
  'exec agent-runner "$@" --config "$c"';

/** Words that call agent-runner on the far machine, for its project there. */
export function sshArgv(target: SshTarget, words: readonly string[]): readonly string[] {
  return shellArgv(target, findProgram, [target.configPath, ...words]);
}

/** Words that have the far machine run a line of POSIX shell. @param args `$1` and what follows */
export function shellArgv(target: SshTarget, script: string, args: readonly string[]): readonly string[] {
  const options = [
    // Nobody is there to answer a question.
    "BatchMode=yes",
    `ConnectTimeout=${connectSeconds}`,
    `ServerAliveInterval=${aliveSeconds}`,
    `ServerAliveCountMax=${aliveCount}`,
    // What the operator's own sessions bring with them is not ours to open.
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
  ];
  // The user's own shell may be any: it only has to start sh.
  const remote = `exec /bin/sh -c ${[script, "sh", ...args].map(shellQuote).join(" ")}`;
  return ["ssh", "-T", ...options.flatMap((option) => ["-o", option]), "--", target.host, remote];
}

/** Why a call failed. */
export interface SshFault {
  /** One sentence, redacted, without control characters. */
  readonly reason: string;
  readonly fix?: string;
  /** The host answered, and will answer the same until somebody changes something there. */
  readonly isLasting?: true;
}

/** What the end of a call of `sshArgv` means. @param end `said`: the end of its stderr */
export function faultOf(target: SshTarget, end: { readonly code: number; readonly said: string }): SshFault {
  const { host, configPath } = target;
  const said = lastLine(end.said);
  switch (end.code) {
    case sshFault:
      return {
        reason: spell(said || `ssh to '${host}' failed without a word`),
        fix: `Run 'ssh ${shellQuote(host)} true' by hand until it asks nothing`,
        // It was not even tried.
        ...(/^hostname contains invalid characters/.test(said) ? { isLasting: true } : {}),
      };
    case missing:
      return {
        reason: spell(`'${host}' is reached, but has no agent-runner on PATH, in /usr/local/bin or in ~/.local/bin`),
        fix: `Install agent-runner on '${host}'`,
        isLasting: true,
      };
    case noConfig:
      return {
        reason: spell(`'${host}' has no configuration at '${configPath}'`),
        fix: `Say where the project is there: --host ${shellQuote(host)}:PATH`,
        isLasting: true,
      };
    default:
      return {
        reason: spell(`agent-runner on '${host}' ended with code ${end.code}${said && `: ${said}`}`),
        fix: `Run 'agent-runner doctor' on '${host}'`,
      };
  }
}

/** A sentence that may hold what another machine said: safe to print, and not too long. */
export function spell(text: string): string {
  // A colour glued to a secret would hide where it begins.
  return visible(clip(redact(text.replaceAll(colours, " ")), reasonCharacters));
}

/** The last line counts: before it stand banners. */
function lastLine(text: string): string {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").at(-1) ?? "";
}
