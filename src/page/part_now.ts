// What goes on at this moment: the state, the round, what comes next and why, and what needs a person.
import { isoTime, spellDuration } from "../core/text.ts";
import type { NowView } from "../core/view.ts";
import { isObject } from "../store/json_file.ts";
import { numberField, textField } from "../view/field.ts";
import type { SightNow } from "../view/sight.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import type { PartTask } from "./parts.ts";
import { badge, moment, percent, since, until } from "./spell.ts";

/** A label and what it says; null says nothing and is left out. */
type Fact = readonly [label: string, value: Markup | string | null];

export function renderNow(task: PartTask): Markup {
  const { desk, document, now } = task;
  const { sight } = desk;
  if (sight === null) return safe`<p>The first look is not done yet.</p>`;
  const view = document.now();
  return safe`
    ${notices(sight, now)}
    <p class="state ${view.state}">
      <strong>${view.state}</strong> <span>${view.why.replace(/\.$/, "")}</span> ${sinceWhen(view, now)}
    </p>
    ${next(task, view)}
    <dl class="facts">${
    facts(task, sight).flatMap(([label, value]) =>
      value === null ? [] : [safe`
        <div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>
      `]
    )
  }</dl>
  `;
}

function sinceWhen({ state, since: from }: NowView, now: number): Markup | null {
  const at = Date.parse(from ?? "");
  if (Number.isNaN(at) || (state !== "running" && state !== "stopped" && state !== "paused")) return null;
  return state === "running" ? safe`<span>for ${since(at, now)}</span>` : safe`<span>since ${moment(at, now)}</span>`;
}

/** What happens next, when, and why. */
function next({ desk, now }: PartTask, view: NowView): Markup | null {
  const untilAt = Date.parse(view.until ?? "");
  if (view.state === "waiting" && !Number.isNaN(untilAt)) {
    return safe`<p class="next">Next round in ${until(untilAt, now)} (${isoTime(untilAt).slice(11, 19)} UTC)</p>`;
  }
  if (view.state === "paused") {
    return Number.isNaN(untilAt)
      ? safe`<p class="next">No round begins until <code>agent-runner resume</code></p>`
      : safe`<p class="next">The pause ends in ${until(untilAt, now)} (${isoTime(untilAt).slice(11, 19)} UTC)</p>`;
  }
  const open = desk.sight?.openRound?.round;
  if (view.state !== "running" || open === undefined) return null;
  const { startedAt, timeoutSeconds } = open;
  if (startedAt === null || timeoutSeconds === null) return null;
  return safe`<p class="next">Its hard wall is in ${until(startedAt + timeoutSeconds * 1000, now)}; a round that is not
    done by then is ended</p>`;
}

function notices({ human, breaker, broken, blind }: SightNow, now: number): readonly Markup[] {
  const found: Markup[] = [];
  if (blind !== null) {
    found.push(safe`<p class="notice bad" role="alert">The project cannot be looked at since
      ${moment(blind.since, now)}: ${blind.reason}</p>`);
  }
  if (human !== null) {
    found.push(safe`<p class="notice bad" role="alert">A person is needed (${human.verdict}): ${human.summary}
      ${human.hint === "" ? null : safe`<br><span>What to do: ${human.hint}</span>`}</p>`);
  }
  if (breaker !== null) {
    found.push(
      safe`<p class="notice bad" role="alert">The breaker is open after ${breaker.consecutive} failures in a row:
      ${breaker.reason}<br><span>Once it is mended: <code>agent-runner reset</code></span></p>`,
    );
  }
  if (broken !== null) {
    found.push(safe`<p class="notice bad" role="alert">No round can start (${broken.what}): ${broken.reason}</p>`);
  }
  return found;
}

function facts({ desk, now }: PartTask, sight: SightNow): readonly Fact[] {
  const { status, isActive } = desk;
  const { supervisor, sample, rounds, progress } = sight;
  const judged = rounds.findLast(({ verdict }) => verdict !== null);
  const current = isObject(status["current"]) ? status["current"] : null;
  const agent = [textField(status, "agent"), textField(status, "agent_version")].filter((word) => word !== null);
  return [
    ["Round", roundWords(numberField(current, "number") ?? numberField(status, "round_num"), current)],
    ["Last verdict", judged?.verdict ? lastVerdict(judged.number, judged.verdict) : null],
    ["Agent", agent.length === 0 ? null : agent.join(" ")],
    ["Supervisor", isActive ? upSince(supervisor, now) : "none runs"],
    ["Last sign of life", supervisor.lastSignAt === null ? null : safe`${since(supervisor.lastSignAt, now)} ago`],
    ["Rounds without a change", progress.unchangedRounds > 0 ? String(progress.unchangedRounds) : null],
    ["Memory free", sample?.memoryAvailableMb == null ? null : `${Math.round(sample.memoryAvailableMb)} MB`],
    ["Disk", sample?.diskUsedPercent == null ? null : `${percent(sample.diskUsedPercent / 100)} used`],
  ];
}

function roundWords(number: number | null, current: Readonly<Record<string, unknown>> | null): string | null {
  if (number === null) return null;
  const phase = textField(current, "phase");
  return phase === null ? String(number) : `${number} (${phase})`;
}

function lastVerdict(number: number, { kind, summary }: { readonly kind: string; readonly summary: string }): Markup {
  return safe`${badge(kind)} <span>round ${number}: ${summary}</span>`;
}

function upSince({ startedAt, version }: SightNow["supervisor"], now: number): string {
  const up = startedAt === null ? "runs" : `up ${spellDuration(Math.max(0, (now - startedAt) / 1000))}`;
  return version === null ? up : `${up}, version ${version}`;
}
