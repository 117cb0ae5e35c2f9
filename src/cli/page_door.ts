// Reads who may look at the page from the command line: a token, further names, and how far it may be reached.
import { OperatorError, usageError } from "../core/errors.ts";
import { tokenFault } from "../page/guard.ts";
import type { Door } from "../page/guard.ts";
import { isLoopback } from "../page/listen.ts";
import type { ListenAddress } from "../page/listen.ts";
import type { HttpFault } from "../ports/http.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";

const longestFile = 4096;

/** Words of the command line. */
export interface DoorWords {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly hosts: readonly string[];
  readonly address: ListenAddress | null;
}

/** Throws `OperatorError` for what must not be. */
export function readDoor({ token, tokenFile, hosts, address }: DoorWords, files: Files): Door {
  if (token !== undefined && tokenFile !== undefined) {
    throw usageError("'--token' and '--token-file' are both given", "Give one of them");
  }
  const known = tokenFile === undefined ? token ?? null : readToken(tokenFile, files);
  const fault = known === null ? null : tokenFault(known);
  if (fault !== null) {
    throw usageError(`The token ${fault}`, "Make one of 32 hex digits, e.g. with 'openssl rand -hex 16'");
  }
  if (address !== null && !isLoopback(address) && known === null) {
    throw usageError(
      `'--listen ${address}' would show the page to the network without a token`,
      "Add --token-file FILE, or leave out --listen and come through 'ssh -L'",
    );
  }
  const odd = hosts.find((host) => !/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(host));
  if (odd !== undefined) {
    throw usageError(
      `'${odd}' is no host for --allow-host`,
      "Write it as in the address bar, without the port, e.g. pi.lan",
    );
  }
  return { token: known, hosts: hosts.map((host) => host.toLowerCase()) };
}

function readToken(path: string, files: Files): string {
  try {
    const info = files.stat(path);
    if (info === null || !info.isFile) throw missing(path);
    if (((info.mode ?? 0) & 0o077) !== 0) {
      throw new OperatorError(`Others may read the token in '${path}'`, { fix: `chmod 600 '${path}'` });
    }
    const bytes = files.readBytes(path, { offset: 0, length: longestFile });
    return new TextDecoder().decode(bytes ?? new Uint8Array()).trim();
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
    throw new OperatorError(`Cannot read the token in '${path}': ${thrown.message}`, {
      fix: "See what is at that path",
    });
  }
}

function missing(path: string): OperatorError {
  return new OperatorError(`There is no token file '${path}'`, {
    fix: `Make one: (umask 077; openssl rand -hex 16 > '${path}')`,
  });
}

/** What is wrong with a port, and what to do about it. */
export function spellListenFault(
  { kind, reason }: HttpFault,
  port: number,
): { readonly text: string; readonly fix: string } {
  switch (kind) {
    case "taken":
      return {
        text: `Port ${port} is taken`,
        fix: "Choose another one (0 takes any that is free), or end what listens there: 'ss -ltnp' tells",
      };
    case "denied":
      return {
        text: `Port ${port} may not be used: ${reason}`,
        fix: port < 1024 ? "Choose a port from 1024 on" : "See whether this program was started with limited rights",
      };
    case "absent":
      return { text: `This machine has no such address: ${reason}`, fix: "Leave out --listen" };
    case "other":
      return { text: `The page cannot be served on port ${port}: ${reason}`, fix: "Choose another port" };
    default:
      return kind satisfies never;
  }
}
