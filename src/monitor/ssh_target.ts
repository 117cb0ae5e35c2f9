// Which host is watched, and which project there, from the one word that the operator gives.
import { exitCode, OperatorError } from "../core/errors.ts";
import { visible } from "../core/text.ts";

/** A project on another machine. */
export interface SshTarget {
  /** As `ssh` takes it: an alias of its configuration, `HOST` or `USER@HOST`. */
  readonly host: string;
  /** The configuration file there, or its folder; `~/` and relative paths begin at the home folder. */
  readonly configPath: string;
}

const longestWord = 1024;

/**
 * Reads `HOST` or `HOST:PATH`; an IPv6 address with a path stands in brackets.
 *
 * @param options `project`: its name there, for a word without a path. Throws `OperatorError` (2).
 */
export function parseSshTarget(word: string, options: { readonly project: string }): SshTarget {
  const [host, path] = split(word);
  const fault = word.length > longestWord
    ? `it is longer than ${longestWord} characters`
    : hostFault(host) ?? pathFault(path);
  if (fault !== null) {
    throw new OperatorError(`'${visible(word.slice(0, 200))}' cannot be a host: ${fault}`, {
      fix: "Name it as 'ssh' takes it, HOST or USER@HOST, with the project's place there if it needs one: HOST:PATH",
      exitCode: exitCode.usage,
    });
  }
  return { host, configPath: path ?? `~/.agent-runner/${options.project}/agent-runner.toml` };
}

function split(word: string): [host: string, path: string | null] {
  const bracketed = /^((?:[^@[\]]*@)?)\[([^\]]*)\](?::([\s\S]*))?$/.exec(word);
  if (bracketed) return [`${bracketed[1]!}${bracketed[2]!}`, bracketed[3] ?? null];
  // A bare IPv6 address has colons of its own.
  if (/^(?:[^@]*@)?[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*(?:%\w+)?$/i.test(word)) return [word, null];
  const colon = word.indexOf(":");
  return colon < 0 ? [word, null] : [word.slice(0, colon), word.slice(colon + 1)];
}

function hostFault(host: string): string | null {
  if (host === "") return "it names none";
  if (host.startsWith("-")) return "ssh would take it for an option";
  if (/[\s\p{Cc}]/u.test(host)) return "it has a blank or a control character in it";
  return null;
}

function pathFault(path: string | null): string | null {
  if (path === null) return null;
  if (path === "") return "the path after ':' is missing";
  if (path.startsWith("-")) return "the path begins with '-'";
  if (/\p{Cc}/u.test(path)) return "the path has a control character in it";
  return null;
}
