// Reads the events of a project once, from the oldest that matters on, and adds up what rounds took and brought.
import { allPhases } from "../config/phases.ts";
import type { Config } from "../config/schema.ts";
import { joinPath } from "../core/path.ts";
import { openEventSource } from "../store/event_source.ts";
import { readJsonObject } from "../store/json_file.ts";
import { textField } from "../view/field.ts";
import { FigureGroups } from "../view/figure_groups.ts";
import type { GroupName } from "../view/figure_groups.ts";
import type { FigureSums } from "../view/figure_sums.ts";
import { figureKinds, Figures } from "../view/figures.ts";
import type { World } from "./world.ts";

export const usageGroups = ["day", "phase", "model", "agent"] as const;

export type UsageGroup = typeof usageGroups[number];

/** What some rounds used and brought, all together and in groups. */
export interface UsageRead {
  readonly total: Readonly<FigureSums>;
  /** Empty where no group was asked for. */
  readonly groups: readonly (readonly [key: string, sums: Readonly<FigureSums>])[];
  readonly badLines: number;
}

/** Between the start of a round and what is told of it at its end there is more than its wall. */
const marginMs = 86_400_000;
/** Events of account whose garbage is well under twenty megabytes. */
const eventsPerCollection = 20_000;
const reachBytes = 4 * 1024 * 1024;

/** Memory does not grow with the events. Throws `FileFault`. @param asked `since`: epoch milliseconds; absent: all there is */
export function readUsage(
  config: Config,
  asked: { readonly by: UsageGroup | null; readonly since?: number },
  { files, host }: Pick<World, "files" | "host">,
): UsageRead {
  const { by, since } = asked;
  const { logDir } = config.runtime;
  const events = openEventSource({ files, logDir });
  const from = since === undefined ? null : since - longestRoundMs(config) - marginMs;
  const grouped = by === null || by === "day" ? null : new FigureGroups(by satisfies GroupName);
  const figures = new Figures({
    timeZone: config.budget.timeZone ?? undefined,
    ...(since === undefined ? {} : { since }),
    ...(grouped === null ? {} : { onRound: (round, sums) => grouped.take(round, sums) }),
  });
  figures.takeAgent(textField(readJsonObject(files, joinPath(logDir, "status.json")), "agent"));
  if (from !== null && wasServing()) figures.assumeServing();
  const scan = events.scan({ kinds: figureKinds, limit: null, ...(from === null ? {} : { since: from }) });
  let count = 0;
  for (const { event } of scan.lines) {
    figures.take(event);
    // Left alone the heap grows with what was read, though nothing of it is kept.
    if (++count % eventsPerCollection === 0) host.collectGarbage();
  }
  figures.close();
  const groups = by === "day" ? figures.daySums : grouped?.all ?? [];
  return { total: figures.sums, groups, badLines: scan.badLines() };

  function wasServing(): boolean {
    const kinds = ["serve_started", "serve_stopped"];
    const { lines } = events.query({ kinds, limit: 1, until: from!, maxBytes: reachBytes });
    return lines[0]?.event.event === "serve_started";
  }
}

function longestRoundMs(config: Config): number {
  return Math.max(...allPhases(config).map(({ walls }) => walls.hardSeconds)) * 1000;
}
