// Checks the tables of sinks: their names, and that each has the address and the secrets that its kind needs, safely.
import type { SinkKind } from "../core/notice.ts";
import { isSafeFor } from "../core/web_address.ts";
import { checkTable } from "./check.ts";
import type { CheckSpot } from "./check_row.ts";
import { isTable, type TomlTree } from "./read_toml.ts";
import { notifyTable } from "./schema.ts";
import { spellFound } from "./spell_toml.ts";

/** Names become keys of JSON and words of a command line. */
const namePattern = /^[a-z][a-z0-9_-]{0,63}$/;

const addressKeys = ["url", "url_env", "url_file"] as const;
const tokenKeys = ["token_env", "token_file"] as const;

/** What a kind cannot do without, and what besides it takes; all other of these keys would mean nothing. */
interface Needs {
  readonly address: "needed" | "taken" | "none";
  readonly token: "needed" | "taken" | "none";
  readonly needs: readonly string[];
  readonly takes: readonly string[];
}

const needsOf: Readonly<Record<SinkKind, Needs>> = {
  ntfy: { address: "needed", token: "taken", needs: [], takes: [] },
  slack: { address: "needed", token: "none", needs: [], takes: [] },
  discord: { address: "needed", token: "none", needs: [], takes: [] },
  telegram: { address: "taken", token: "needed", needs: ["chat"], takes: [] },
  webhook: { address: "needed", token: "taken", needs: [], takes: [] },
  email: { address: "none", token: "none", needs: ["to"], takes: ["from", "command"] },
  desktop: { address: "none", token: "none", needs: [], takes: [] },
  exec: { address: "none", token: "none", needs: ["command"], takes: [] },
};

/** Checks every `[notify.<name>]`; returns the names in the order of the file. */
export function checkNotify(tree: TomlTree, spot: CheckSpot): readonly string[] {
  const table = isTable(tree.notify) ? tree.notify : {};
  const names = Object.keys(table);
  for (const name of names) {
    const inner = { ...spot, path: ["notify", name] };
    checkTable(notifyTable, table[name], inner);
    if (!namePattern.test(name)) reportName(name, inner);
    const kind = spot.checked.get(`notify.${name}.kind`);
    if (typeof kind === "string") checkKind(kind as SinkKind, inner);
  }
  return names;
}

function reportName(name: string, spot: CheckSpot): void {
  spot.findings.problem(spot.path, {
    found: `${spellFound(name)} as the name of a sink`,
    wanted: "a name of at most 64 small letters, digits, - and _ that begins with a letter",
    fix: "Write [notify.phone], for example, and its keys below",
  });
}

function checkKind(kind: SinkKind, spot: CheckSpot): void {
  const { address, token, needs, takes } = needsOf[kind];
  checkOneOf(kind, { keys: addressKeys, what: "an address", need: address }, spot);
  checkOneOf(kind, { keys: tokenKeys, what: "a token", need: token }, spot);
  for (const key of ["chat", "to", "from", "command"]) {
    if (needs.includes(key) && valueOf(key, spot) === null) {
      const isBad = !spot.checked.has([...spot.path, key].join("."));
      if (!isBad) reportMissing(kind, { what: key, key }, spot);
    }
    if (!needs.includes(key) && !takes.includes(key)) refuse(kind, key, spot);
  }
  checkSafety(kind, spot);
}

function checkOneOf(
  kind: SinkKind,
  of: { readonly keys: readonly string[]; readonly what: string; readonly need: Needs["address"] },
  spot: CheckSpot,
): void {
  const { keys, what, need } = of;
  if (need === "none") return keys.forEach((key) => refuse(kind, key, spot));
  const given = keys.filter((key) => valueOf(key, spot) !== null);
  const isBad = keys.some((key) => !spot.checked.has([...spot.path, key].join(".")));
  if (given.length === 0 && need === "needed" && !isBad) reportMissing(kind, { what, key: keys[0]! }, spot);
  for (const key of given.slice(1)) {
    spot.findings.problem([...spot.path, key], {
      found: `${given[0]} and ${key}`,
      wanted: `one of them: a sink has ${what}`,
      fix: `Remove ${given[0]} or ${key}`,
    });
  }
}

/** A token, and an address that is one, must not be read by whoever carries it. */
function checkSafety(kind: SinkKind, spot: CheckSpot): void {
  const url = valueOf("url", spot);
  if (typeof url !== "string") return;
  const hasToken = tokenKeys.some((key) => valueOf(key, spot) !== null);
  if (kind === "ntfy" && new URL(url).pathname === "/") {
    spot.findings.problem([...spot.path, "url"], {
      found: "an address without a topic",
      wanted: "the server's address with the topic at its end",
      fix: `Write for example url = ${notifyTable.url.example}`,
    });
  }
  if (isSafeFor(url, { kind, hasToken })) return;
  spot.findings.problem([...spot.path, "url"], {
    found: `an address of http, on which others can read ${hasToken ? "the token" : "the address itself"}`,
    wanted: "an address of https, or one of this machine",
    fix: "Write https:// where the server speaks it",
  });
}

function refuse(kind: SinkKind, key: string, spot: CheckSpot): void {
  if (valueOf(key, spot) === null) return;
  spot.findings.problem([...spot.path, key], {
    found: `${key} in a sink of kind "${kind}"`,
    wanted: "only keys that mean something there",
    fix: `Remove ${key}, or change kind`,
  });
}

function reportMissing(kind: SinkKind, of: { readonly what: string; readonly key: string }, spot: CheckSpot): void {
  const row = notifyTable[of.key as keyof typeof notifyTable];
  spot.findings.problem(spot.path, {
    found: `no ${of.what.replace(/^an? /, "")} in a sink of kind "${kind}"`,
    wanted: of.what === of.key ? of.key : of.what,
    fix: `Write ${of.key} = ${row.example} into [${spot.path.join(".")}]`,
  });
}

function valueOf(key: string, spot: CheckSpot): unknown {
  return spot.checked.get([...spot.path, key].join(".")) ?? null;
}
