// The newest events, one line each, with a filter by kind that works without a script.
import type { RecordedEvent } from "../core/event_payload.ts";
import { spacedJson } from "../core/spaced_json.ts";
import { clip } from "../core/text.ts";
import { newestKept } from "./event_memory.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";

/** Rows that are shown; the script keeps to it, too. */
export const rowsShown = 100;
const longestValue = 200;
const mostFields = 16;
const selected = safe`
  selected
`;

export function renderEvents({ desk, kind }: PartTask): Markup {
  const kept = desk.events.newest(newestKept);
  const kinds = [...new Set(kept.map(({ event }) => event.event))].sort();
  const shown = kept.filter(({ event }) => kind === "" || event.event === kind).slice(-rowsShown).toReversed();
  return safe`
    <form method="get" action="/" class="filter" id="events-form">
      <input type="hidden" name="project" value="${desk.project.key}">
      <label for="events-kind">Kind</label>
      <select name="kind" id="events-kind">
        <option value="">all</option>${
    kinds.map((name) =>
      safe`
            <option value="${name}" ${name === kind ? selected : null}>${name}</option>
          `
    )
  }</select>
      <button>Show</button>
    </form>
    <ol class="events" id="events-rows" reversed data-rows="${rowsShown}">${
    shown.map(({ event, number }) => eventRow(event, number))
  }</ol>${shown.length === 0 ? safe`<p>None of the newest events is of this kind.</p>` : null}
  `;
}

/** One event as a row. @param number its place in the order of this process */
export function eventRow({ ts, event, ...fields }: RecordedEvent, number: number): Markup {
  const time = /^\d{4}-\d{2}-\d{2}T(\d{2}:\d{2}:\d{2})/.exec(ts)?.[1] ?? clip(ts, 30);
  return safe`<li data-kind="${event}" data-number="${number}"><time datetime="${clip(ts, 40)}">${time}</time>
    <b>${clip(event, 100)}</b> ${
    Object.entries(fields).slice(0, mostFields).map(([name, value]) =>
      safe`
        <span>${name === "round_num" ? "round" : clip(name, longestValue)}=${spell(value)}</span>
      `
    )
  }</li>`;
}

function spell(value: unknown): string {
  const text = typeof value === "string" ? value : spacedJson(value);
  const short = clip(text, longestValue);
  return short.length < text.length ? `${short}…` : short;
}
