// Destroys parts of files of the log folder, and keeps account of what was destroyed so that it is blamed on nobody else.
import { exists, names } from "../e2e/project.ts";
import { parseEvent } from "./records.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

type Details = Record<string, unknown>;

/** Small files of state that the program can do without. */
const stateNames = [
  "wait.json",
  "loop.json",
  "seats.json",
  "sessions.json",
  "orphans.json",
  "orphan-state.json",
  "salvage-ledger.json",
  "round-context.json",
];

const junk = [
  "",
  "{",
  '{"a": [1, ',
  "[[], {}, null",
  "\u0000\u0001\u001b[31m\u0002",
  "17 18",
  '{"round_num": 1, "runn',
];

/** Half of it, or something else: neither is JSON. */
function tornText(text: string, random: Random): string {
  const half = text.slice(0, random.whole(1, Math.max(1, text.trimEnd().length - 1)));
  return random.isTrue() && half.trim() !== "" && !isJson(half) ? half : random.pick(junk);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function plant(world: World, name: string, text: string): void {
  const path = `${world.project.logs}/${name}`;
  Deno.writeTextFileSync(path, text, { mode: 0o600 });
  // A cut in the middle of a character reads otherwise than it was written.
  const asRead = new TextDecoder().decode(new TextEncoder().encode(text));
  world.plantedFiles.set(name, { text: asRead, roundsThen: world.records.ofKind("round_start").length });
}

/** status.json is torn. */
export function tearStatus(world: World, random: Random): Details {
  const path = `${world.project.logs}/status.json`;
  if (!exists(path)) return { file: "none" };
  // Drawn whatever is there, so that the same choices follow.
  const isRemoved = random.isTrue(0.15);
  const text = tornText(Deno.readTextFileSync(path), random);
  if (isRemoved) Deno.removeSync(path);
  else plant(world, "status.json", text);
  return isRemoved ? { removed: true } : { text: text.slice(0, 40) };
}

/** One of the other files of state is torn; a file that is not there comes into being as junk. */
export function tearState(world: World, random: Random): Details {
  const name = random.pick(stateNames);
  const path = `${world.project.logs}/${name}`;
  const text = tornText(exists(path) ? Deno.readTextFileSync(path) : '{"a": 1}', random);
  plant(world, name, text);
  return { file: name, text: text.slice(0, 40) };
}

/** The last line of the events is torn, or junk is put after it. Only while nobody writes. */
export function tearEvents(world: World, random: Random): Details {
  const path = world.records.newest();
  const isCut = random.isTrue();
  const share = random.next();
  const extra = random.pick(['{"ts": "2026-', "junk", "\u0000\u0000", "17", '{"event": 5}', "null"]);
  if (path === null) return { file: "none" };
  const text = Deno.readTextFileSync(path);
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  if (!isCut || last === "" || !text.endsWith("\n")) {
    Deno.writeTextFileSync(path, extra, { append: true });
    // It may have been put behind a line that has no end yet.
    world.plantedLines.add(extra).add(`${text.endsWith("\n") ? "" : last}${extra}`);
    world.records.reset();
    return { appended: extra };
  }
  const kept = new TextDecoder().decode(new TextEncoder().encode(last.slice(0, Math.floor(last.length * share))));
  const destroyed = parseEvent(last);
  if (typeof destroyed?.round_num === "number") world.excused.add(destroyed.round_num);
  world.plantedLines.add(kept);
  Deno.writeTextFileSync(path, text.slice(0, text.lastIndexOf(last)) + kept);
  world.records.reset();
  return { cut: destroyed?.event ?? "?", of: destroyed?.round_num ?? null, kept: kept.length };
}

/** status.json and all events are gone: only the names of logs tell how far the numbers were. */
export function loseRecords(world: World): Details {
  const { logs } = world.project;
  const known = [
    ...world.records.ofKind("round_start").map(({ round_num }) => Number(round_num)),
    ...world.agentStarts(),
  ];
  const last = Math.max(0, ...known);
  for (let number = 1; number <= last; number++) world.excused.add(number);
  world.loseOwners(last + 1);
  for (const name of names(logs)) {
    if (name === "status.json" || /^events-.*\.jsonl$/.test(name)) Deno.removeSync(`${logs}/${name}`);
  }
  world.plantedFiles.delete("status.json");
  world.records.reset();
  return { last };
}

/** Lines of junk come in between while the supervisor writes; each is whole, as a write of a line is. */
export function addJunkLine(world: World, random: Random): Details {
  const path = world.records.newest();
  const line = random.pick(["junk of another program", "[]", '{"ts": "x"}', "\u001b[2J", "%%%"]);
  if (path === null) return { file: "none" };
  world.plantedLines.add(line);
  Deno.writeTextFileSync(path, `${line}\n`, { append: true });
  return { line };
}
