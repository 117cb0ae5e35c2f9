// Parts that show one thing each: the log, the narrative, what was salvaged, and the defenses.
import type { Details } from "../view/details.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";
import { moment } from "./spell.ts";

const filesNamed = 4;

export const renderLog = ofDetails((_, { document }) => {
  const { text, markup } = document.log();
  if (text === "") return safe`<p>Nothing was said yet.</p>`;
  return safe`<pre class="log" id="log-text" tabindex="0" role="region" aria-label="Last lines of the log">${markup}</pre>`;
});

export const renderNarrative = ofDetails((_, { document }) => {
  const { text } = document.narrative();
  if (text === "") return safe`<p>The agent keeps none (<code>runtime.narrative_file</code>).</p>`;
  return safe`<pre class="log" id="narrative-text" tabindex="0" role="region" aria-label="Narrative">${text}</pre>`;
});

export const renderSalvages = ofDetails(({ salvages: entries }, { now }) => {
  if (entries.length === 0) return safe`<p>No round has left anything behind.</p>`;
  return safe`<ul class="plain">${
    entries.toReversed().map(({ sha, round, state, count, files: names, why, at }) =>
      safe`<li><span class="badge ${state === "saved" || state === "offered" ? "wait" : "open"}">${state}</span>
        round ${round}: ${count} ${count === 1 ? "path" : "paths"}${
        sha === null ? null : safe`
          as <code>${sha.slice(0, 12)}</code>
        `
      } (${why}) <small>${names.slice(0, filesNamed).join(", ")}${names.length > filesNamed ? ", …" : ""} ${
        moment(Date.parse(at), now)
      }</small>${
        sha === null || state === "dropped"
          ? null
          : safe`<div>Bring it back: <code>agent-runner salvage restore ${sha.slice(0, 12)}</code></div>`
      }</li>`
    )
  }</ul>`;
});

export const renderDefenses = ofDetails(({ defenses }) => {
  const count = (state: string) => defenses.filter((defense) => defense.state === state).length;
  return safe`
    <details id="defenses-all">
      <summary>${count("active")} active, ${count("degraded")} degraded, ${count("off")} off</summary>
      <ul class="plain">${
    defenses.map(({ name, protectsFrom, state, reason }) =>
      safe`<li><span class="badge ${state === "active" ? "good" : state === "off" ? "open" : "wait"}">${state}</span>
        <code>${name}</code> ${protectsFrom}${
        reason === null ? null : safe`
            <small>(${reason})</small>
          `
      }</li>`
    )
  }</ul>
    </details>
  `;
});

/** A part that says itself why it is empty while nothing can be told. */
function ofDetails(render: (details: Details, task: PartTask) => Markup): (task: PartTask) => Markup {
  return (task) => {
    const details = task.document.details();
    return typeof details === "string" ? safe`<p>${details}</p>` : render(details, task);
  };
}
