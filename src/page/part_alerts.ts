// What is wrong now, with what to do about it, and what was wrong and is over.
import { spellDuration } from "../core/text.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";
import { moment, since } from "./spell.ts";

const openShown = 30;
const pastShown = 10;

export function renderAlerts({ desk, now }: PartTask): Markup {
  const { open, past } = desk;
  return safe`
    ${
    open.length === 0
      ? safe`<p class="good-news">Nothing is wrong.</p>`
      : safe`<ul class="alerts">${
        open.slice(0, openShown).map(({ detector, finding, raisedAt }) =>
          safe`<li class="${finding.severity}"><strong>${finding.severity}</strong> <code>${detector}</code>
        <span>${finding.message}</span> <small>for ${since(raisedAt, now)}</small>${
            finding.fix === null ? null : safe`<div>What to do: ${finding.fix}</div>`
          }${finding.look === null ? null : safe`<div>Look: <code>${finding.look}</code></div>`}</li>`
        )
      }</ul>`
  }
    ${
    past.length === 0 ? null : safe`
      <details id="alerts-past">
        <summary>Over (${past.length})</summary>
        <ul class="plain">${
      past.slice(0, pastShown).map(({ detector, message, endedAt, lastedSeconds }) =>
        safe`<li><code>${detector}</code> ${message} <small>over at ${moment(endedAt, now)}, lasted ${
          spellDuration(lastedSeconds)
        }</small></li>`
      )
    }</ul>
      </details>
    `
  }
  `;
}
