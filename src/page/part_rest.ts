// Parts that show one thing each: the log, the narrative, what was salvaged, and the defenses.
import { openSalvageLedger } from "../store/salvage_ledger.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";
import { moment } from "./spell.ts";

const salvagesShown = 20;
const filesNamed = 4;

export function renderLog({ desk, document }: PartTask): Markup {
  if (desk.project.files === null) {
    return safe`<p>What the agent says on another machine is not brought here; there it is
      <code>agent-runner peek --round latest --log</code>.</p>`;
  }
  const { text, markup } = document.log();
  if (text === "") return safe`<p>Nothing was said yet.</p>`;
  return safe`<pre class="log" id="log-text" tabindex="0" role="region" aria-label="Last lines of the log">${markup}</pre>`;
}

export function renderNarrative({ document }: PartTask): Markup {
  const { text } = document.narrative();
  if (text === "") return safe`<p>The agent keeps none (<code>runtime.narrative_file</code>).</p>`;
  return safe`<pre class="log" id="narrative-text" tabindex="0" role="region" aria-label="Narrative">${text}</pre>`;
}

export function renderSalvages({ desk, now }: PartTask): Markup {
  const { files } = desk.project;
  if (files === null) return safe`<p>There it is <code>agent-runner salvage list</code>.</p>`;
  const entries = openSalvageLedger(files, desk.project.config().runtime.logDir).list().slice(-salvagesShown);
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
}

export function renderDefenses({ desk, tools }: PartTask): Markup {
  const config = desk.project.config();
  const read = tools.defenses.map(({ name, protectsFrom, describe }) => ({ name, protectsFrom, ...describe(config) }));
  const count = (state: string) => read.filter((defense) => defense.state === state).length;
  return safe`
    <details id="defenses-all">
      <summary>${count("active")} active, ${count("degraded")} degraded, ${count("off")} off</summary>
      <ul class="plain">${
    read.map(({ name, protectsFrom, state, reason }) =>
      safe`<li><span class="badge ${state === "active" ? "good" : state === "off" ? "open" : "wait"}">${state}</span>
        <code>${name}</code> ${protectsFrom}${
        reason === undefined ? null : safe`
            <small>(${reason})</small>
          `
      }</li>`
    )
  }</ul>
    </details>
  `;
}
