// Spells times, amounts and verdicts for the page; what changes by itself carries what the script needs to keep it true.
import { isoTime, spellDuration } from "../core/text.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";

const latestMs = 8.64e15;

/** A moment in UTC; the day where it is not that of `now`. Both epoch milliseconds. */
export function moment(at: number | null, now: number): Markup | null {
  if (at === null || !(Math.abs(at) < latestMs)) return null;
  const iso = isoTime(at);
  const isToday = iso.slice(0, 10) === isoTime(now).slice(0, 10);
  const text = isToday ? iso.slice(11, 19) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
  return safe`<time datetime="${iso}" title="${iso.slice(0, 19).replace("T", " ")} UTC">${text}</time>`;
}

/** How long ago a moment was, counted on by the script. */
export function since(at: number, now: number): Markup {
  const seconds = Math.max(0, (now - at) / 1000);
  return safe`<time datetime="${isoTime(at)}" data-since="${at}">${spellDuration(seconds)}</time>`;
}

/** How long it is until a moment, counted down by the script. */
export function until(at: number, now: number): Markup {
  const seconds = Math.max(0, (at - now) / 1000);
  return safe`<time datetime="${isoTime(at)}" data-until="${at}">${spellDuration(seconds)}</time>`;
}

/** Words by which the style knows how good a verdict is. */
export function toneOf(verdict: string | null): "good" | "wait" | "bad" | "open" {
  switch (verdict) {
    case null:
      return "open";
    case "ok":
      return "good";
    case "limit":
    case "transient":
    case "bounded":
    case "interrupted":
      return "wait";
    default:
      return "bad";
  }
}

/** A verdict as a coloured word; never by colour alone. */
export function badge(verdict: string | null): Markup {
  return safe`<span class="badge ${toneOf(verdict)}">${verdict ?? "running"}</span>`;
}

/** Whole numbers in groups of three. */
export function grouped(number: number): string {
  return String(Math.round(number)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** Dollars, as exactly as their size asks for. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && Math.abs(usd) < 0.1 ? 3 : 2)}`;
}

/** A share, 0 to 1 and more. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
