// The project as a page for people: what goes on now, the last rounds, and what needs a look.
import { spellBytes, spellDuration, visible } from "../core/text.ts";
import type { ProjectView, RoundSummary } from "../core/view.ts";
import { narrate } from "../view/narrate.ts";
import { type Fact, type Paint, paintFor, spellFacts, spellTable } from "./print.ts";
import { progressFacts } from "./progress_facts.ts";
import { spellRound } from "./round_page.ts";
import type { Stream } from "./world.ts";

const megabyte = 1024 * 1024;
const filesNamed = 3;

/** Where the page is shown, and when. */
export interface PageOptions {
  readonly stream: Pick<Stream, "hasColor" | "columns">;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** The page; it ends with a newline. */
export async function spellProject(view: ProjectView, options: PageOptions): Promise<string> {
  const paint = paintFor(options.stream);
  const width = options.stream.columns;
  const blocks = [[headline(view, { paint, now: options.now })]];
  if (view.current_round !== null) blocks.push(await spellRound(view.current_round, { ...options, paint }));
  else if (view.recent_rounds.length > 0) blocks.push(await roundsTable(view, { paint, width, now: options.now }));
  blocks.push(await spellFacts(factsOf(view, options.now), { width, paint }));
  if (view.recent_events.length > 0) blocks.push(view.recent_events.map(narrate));
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function headline(view: ProjectView, { paint, now }: { readonly paint: Paint; readonly now: number }): string {
  const { state, since, until, why } = view.now;
  const colour =
    { running: paint.green, waiting: paint.yellow, paused: paint.yellow, idle: paint.cyan, stopped: paint.dim }[state];
  const parts = [visible(why.replace(/\.$/, ""))];
  if (since !== null && state === "running") parts.push(`for ${age(since, now)}`);
  if (since !== null && state === "paused") parts.push(`since ${spellTime(since, now)}, ${age(since, now)} ago`);
  if (since !== null && state === "stopped") parts.push(`${age(since, now)} ago`);
  if (until !== null) parts.push(`until ${spellTime(until, now)}, in ${ahead(until, now)}`);
  return `${paint.bold(visible(view.project))}  ${colour(state)}: ${parts.join(", ")}`;
}

async function roundsTable(view: ProjectView, look: { paint: Paint; width: number; now: number }): Promise<string[]> {
  const { paint, width, now } = look;
  const newestFirst = view.recent_rounds.toReversed();
  const hasPhases = newestFirst.some((round) => round.phase !== null);
  const [head, ...rows] = await spellTable({
    head: ["round", ...hasPhases ? ["phase"] : [], "outcome", "ended by", "took", "started (UTC)"],
    rows: newestFirst.map((round) => [
      String(round.number),
      ...hasPhases ? [visible(round.phase ?? "")] : [],
      outcome(round, { view, paint }),
      round.exit_cause === null ? "" : visible(round.exit_cause),
      round.duration_s === null ? "" : spellDuration(round.duration_s),
      round.started_at === null ? "" : spellTime(round.started_at, now),
    ]),
    right: [0, hasPhases ? 4 : 3],
    width,
  });
  return [paint.dim(head!), ...rows];
}

function outcome(round: RoundSummary, { view, paint }: { readonly view: ProjectView; readonly paint: Paint }): string {
  if (round.exit_cause === null && round.verdict === null) {
    const isNewest = round === view.recent_rounds.at(-1);
    return isNewest && view.now.state === "running" ? paint.green("running") : paint.red("no end on record");
  }
  const word = round.verdict ?? (round.exit_cause === "clean" ? "ok" : "failed");
  if (word === "ok") return paint.green(word);
  return word === "limit" || word === "transient" || word === "bounded" || word === "interrupted"
    ? paint.yellow(word)
    : paint.red(visible(word));
}

function factsOf(view: ProjectView, now: number): Fact[] {
  const { service, system, recent_hook_failures: failures, recent_blips: blips } = view;
  const facts: Fact[] = [];
  const up = service.uptime_s === null ? "" : `, up ${spellDuration(service.uptime_s)}`;
  facts.push(["supervisor", service.active ? `pid ${service.pid ?? "unknown"}${up}` : "none runs"]);
  const limit = service.rate_limit;
  if (limit !== null) {
    const until = new Date(limit.throttled_until_epoch * 1000).toJSON() ?? "";
    facts.push(["limit", `${visible(limit.limit_type)} of ${visible(limit.agent)} until ${spellTime(until, now)}`]);
  }
  facts.push(...progressFacts(view.status), ...leftoverFacts(view), ["defenses", defensesFact(view)]);
  if (system.mem_total_mb > 0) facts.push(["machine", machineFact(view)]);
  if (failures.length > 0) {
    facts.push(["hooks", `failed ${times(failures.length)}; last: ${narrate(failures.at(-1)!)}`]);
  }
  if (blips.length > 0) facts.push(["network", `failed ${times(blips.length)}; last: ${narrate(blips.at(-1)!)}`]);
  if (view.bad_lines > 0) facts.push(["records", `${view.bad_lines} of the newest lines of events are unreadable`]);
  const changed = view.config_changed ? " (changed since serve read it: restart serve to apply)" : "";
  facts.push(["config", `${visible(view.config_file)}${changed}`]);
  return facts;
}

function leftoverFacts({ orphan }: ProjectView): Fact[] {
  if (orphan === null) return [];
  const ref = typeof orphan.stashed_ref === "string" ? visible(orphan.stashed_ref) : null;
  const files = Array.isArray(orphan.files) ? orphan.files.map((file) => visible(String(file))) : [];
  const named = files.slice(0, filesNamed).join(", ") + (files.length > filesNamed ? ", …" : "");
  const place = ref === null ? "" : `; back with: git stash apply ${ref}`;
  return [[
    "left over",
    `${files.length} ${files.length === 1 ? "path" : "paths"} of round ${
      Number(orphan.round_num) || "?"
    } (${named})${place}`,
  ]];
}

function defensesFact({ defenses }: ProjectView): string {
  const names = (state: string) => defenses.filter((row) => row.current_state === state).map((row) => row.name);
  const rest = (["degraded", "off"] as const).flatMap((state) =>
    names(state).length === 0 ? [] : [`${state}: ${names(state).join(", ")}`]
  );
  return [`${names("active").length} active`, ...rest].join("; ");
}

function machineFact({ system }: ProjectView): string {
  const free = spellBytes(system.mem_available_mb * megabyte);
  const load = system.load_1m === null ? "" : `, load ${system.load_1m}`;
  return `${free} of ${spellBytes(system.mem_total_mb * megabyte)} memory free, ` +
    `disk ${system.disk_used_pct}% full (${system.disk_free_gb} GB free)${load}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** `HH:MM:SS` of today, `MM-DD HH:MM` of another day, both UTC. */
export function spellTime(iso: string, now: number): string {
  const time = new Date(iso).toJSON();
  if (time === null) return visible(iso.slice(0, 30));
  const isToday = time.slice(0, 10) === new Date(now).toJSON().slice(0, 10);
  return isToday ? time.slice(11, 19) : `${time.slice(5, 10)} ${time.slice(11, 16)}`;
}

function age(iso: string, now: number): string {
  return spellDuration((now - Date.parse(iso)) / 1000);
}

function ahead(iso: string, now: number): string {
  return spellDuration((Date.parse(iso) - now) / 1000);
}
