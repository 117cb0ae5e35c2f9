// The rounds: a timeline coloured by verdict, what they took and brought, day by day, and the commits they made.
import { spellDuration } from "../core/text.ts";
import type { DayFigure, RoundFigure } from "../view/round_figure.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";
import { badge, dollars, grouped, moment, toneOf } from "./spell.ts";

const cellsShown = 120;
const rowsShown = 12;
const daysShown = 14;
const commitsShown = 15;

export function renderTimeline({ desk, now }: PartTask): Markup {
  const rounds = desk.figures.rounds.slice(-cellsShown);
  if (rounds.length === 0) return safe`<p>No round is on record yet.</p>`;
  const open = desk.isActive ? desk.sight?.openRound?.round.number ?? null : null;
  return safe`
    <ol class="timeline" aria-label="The last ${rounds.length} rounds, oldest first">${
    rounds.map((round) => {
      const words = `Round ${round.number}: ${wordOf(round, open)}`;
      return safe`<li class="${
        toneOf(verdictOf(round, open))
      }" title="${words}"><span class="aside">${words}</span></li>`;
    })
  }</ol>
    <div class="scroll" tabindex="0" role="region" aria-label="The newest rounds">
      <table>
        <thead>
          <tr>
            <th scope="col">Round</th>
            <th scope="col">Phase</th>
            <th scope="col">Verdict</th>
            <th scope="col">Took</th>
            <th scope="col">Started (UTC)</th>
            <th scope="col">What came of it</th>
          </tr>
        </thead>
        <tbody>${
    rounds.slice(-rowsShown).toReversed().map((round) => row(round, { open, now, key: desk.project.key }))
  }</tbody>
      </table>
    </div>
  `;
}

function row(
  round: RoundFigure,
  { open, now, key }: { readonly open: number | null; readonly now: number; readonly key: string },
): Markup {
  const { number, phase, durationSeconds, startedAt, summary } = round;
  return safe`
    <tr>
      <th scope="row"><a href="/api/rounds/${number}${query(key)}">${number}</a></th>
      <td>${phase}</td>
      <td>${
    verdictOf(round, open) === null && number !== open
      ? safe`<span class="badge bad">no end on record</span>`
      : badge(verdictOf(round, open))
  }</td>
      <td>${durationSeconds === null ? null : spellDuration(durationSeconds)}</td>
      <td>${moment(startedAt, now)}</td>
      <td>${summary}</td>
    </tr>
  `;
}

function verdictOf({ verdict, number, endedAt }: RoundFigure, open: number | null): string | null {
  if (verdict !== null) return verdict;
  return number === open || endedAt === null ? null : "no verdict";
}

function wordOf(round: RoundFigure, open: number | null): string {
  return verdictOf(round, open) ?? (round.number === open ? "running" : "no end on record");
}

/** Which project an address is about. */
export function query(key: string): string {
  return `?project=${encodeURIComponent(key)}`;
}

export function renderCharts({ desk }: PartTask): Markup {
  const { days } = desk.figures;
  if (days.length === 0) return safe`<p>There is nothing to draw yet.</p>`;
  return safe`
    <div class="charts" id="charts-drawn" data-figures="/api/figures${query(desk.project.key)}" hidden></div>
    <div class="scroll" tabindex="0" role="region" aria-label="The last days">
      <table>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Rounds</th>
            <th scope="col">Of them ok</th>
            <th scope="col">Working</th>
            <th scope="col">Waiting</th>
            <th scope="col">Lost</th>
            <th scope="col">Tokens</th>
            <th scope="col">Cost</th>
            <th scope="col">Commits</th>
          </tr>
        </thead>
        <tbody>${days.slice(-daysShown).toReversed().map(dayRow)}</tbody>
      </table>
    </div>
  `;
}

function dayRow(figure: DayFigure): Markup {
  const { day, rounds, ok, workingSeconds, waitingSeconds, lostSeconds, tokens, costUsd, commits } = figure;
  return safe`
    <tr>
      <th scope="row">${day}</th>
      <td>${rounds}</td>
      <td>${ok}</td>
      <td>${spellDuration(workingSeconds)}</td>
      <td>${spellDuration(waitingSeconds)}</td>
      <td>${spellDuration(lostSeconds)}</td>
      <td>${grouped(tokens)}</td>
      <td>${dollars(costUsd)}</td>
      <td>${commits}</td>
    </tr>
  `;
}

export function renderCommits({ desk, now }: PartTask): Markup {
  const made = desk.figures.rounds.filter(({ commits }) => (commits ?? 0) > 0).slice(-commitsShown).toReversed();
  if (made.length === 0) return safe`<p>No round has made a commit yet.</p>`;
  return safe`<ul class="plain">${
    made.map(({ number, commits, head, filesChanged, insertions, deletions, endedAt }) =>
      safe`<li>round ${number}: <strong>${commits} ${commits === 1 ? "commit" : "commits"}</strong>${
        head === null ? null : safe`, HEAD is <code>${head.slice(0, 12)}</code>`
      }${filesChanged === null ? null : safe`, ${filesChanged} files`}${
        insertions === null ? null : safe`, <span class="plus">+${insertions}</span>`
      }${
        deletions === null ? null : safe`
          <span class="minus">−${deletions}</span>
        `
      } <small>${moment(endedAt, now)}</small></li>`
    )
  }</ul>`;
}
