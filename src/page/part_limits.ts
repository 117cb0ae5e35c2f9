// How much of what the provider and the budgets allow is used, and what is waited for.
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";
import { dollars, grouped, moment, percent, until } from "./spell.ts";

export function renderLimits({ desk, document, now }: PartTask): Markup {
  const sight = desk.sight;
  const details = document.details();
  const windows = typeof details === "string" ? [] : details.windows;
  const limits = sight?.limits ?? [];
  const budgets = sight?.budgets ?? [];
  if (windows.length + limits.length + budgets.length === 0) {
    if (typeof details === "string") return safe`<p>${details}</p>`;
    return safe`<p>No limit is known, and no budget is near its end.</p>`;
  }
  return safe`<ul class="plain">
    ${
    limits.map(({ agent, classification, resetAt }) =>
      safe`<li><span class="badge wait">${classification}</span> ${agent}${
        resetAt * 1000 > now
          ? safe`: until ${moment(resetAt * 1000, now)}, in ${until(resetAt * 1000, now)}`
          : ": is over"
      }</li>`
    )
  }
    ${
    windows.map(({ name, utilization, resetsAt }) =>
      safe`<li>${meter(`window ${name}`, utilization)}${
        resetsAt * 1000 > now ? safe`, resets in ${until(resetsAt * 1000, now)}` : ", has been reset since"
      }</li>`
    )
  }
    ${
    budgets.map(({ period, unit, used, allowed, isReached }) =>
      safe`<li>${meter(`budget per ${period}`, allowed > 0 ? used / allowed : 1)} (${amount(used, unit)} of ${
        amount(allowed, unit)
      })${
        isReached
          ? safe`
            <span class="badge bad">reached</span>
          `
          : null
      }</li>`
    )
  }</ul>`;
}

function meter(label: string, share: number): Markup {
  const used = Math.max(0, Math.min(1, share));
  return safe`<label>${label} <meter min="0" max="1" high="0.8" value="${used.toFixed(3)}">${
    percent(share)
  }</meter></label> ${percent(share)}`;
}

function amount(value: number, unit: string): string {
  if (unit === "usd") return dollars(value);
  return `${Number.isInteger(value) ? grouped(value) : value.toFixed(1)} ${unit}`;
}
