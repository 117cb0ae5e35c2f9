// The parts of the page, in their order: what each is called, and how it is put together from what is known.
import type { Desk } from "./desk.ts";
import { renderAlerts } from "./part_alerts.ts";
import { renderEvents } from "./part_events.ts";
import { renderLimits } from "./part_limits.ts";
import { renderNow } from "./part_now.ts";
import { renderCharts, renderCommits, renderTimeline } from "./part_rounds.ts";
import { renderDefenses, renderLog, renderNarrative, renderSalvages } from "./part_rest.ts";
import type { StateDocument } from "./document.ts";
import type { Markup } from "./html.ts";
import type { PageTools } from "./project.ts";

/** What a part is put together from. */
export interface PartTask {
  readonly desk: Desk;
  readonly document: StateDocument;
  readonly tools: PageTools;
  /** Epoch milliseconds, by the clock of the machine that is looked at. */
  readonly now: number;
  /** Only events of this kind; empty: all. */
  readonly kind: string;
}

/** One part. */
export interface Part {
  /** In the page and in messages. */
  readonly id: string;
  readonly title: string;
  render(task: PartTask): Markup;
}

export const parts: readonly Part[] = [
  { id: "now", title: "Now", render: renderNow },
  { id: "alerts", title: "Alerts", render: renderAlerts },
  { id: "rounds", title: "Rounds", render: renderTimeline },
  { id: "charts", title: "Time, tokens and cost", render: renderCharts },
  { id: "commits", title: "Commits", render: renderCommits },
  { id: "limits", title: "Limits and budgets", render: renderLimits },
  { id: "log", title: "Log of the round", render: renderLog },
  { id: "events", title: "Events", render: renderEvents },
  { id: "narrative", title: "Narrative", render: renderNarrative },
  { id: "salvage", title: "Salvaged work", render: renderSalvages },
  { id: "defenses", title: "Defenses", render: renderDefenses },
];
