// The page as a whole: its head, the list of projects, and all parts of one of them.
import type { Desk } from "./desk.ts";
import { safe } from "./html.ts";
import type { Markup } from "./html.ts";
import { parts } from "./parts.ts";
import type { PartTask } from "./parts.ts";
import { query } from "./part_rounds.ts";
import { toneOf } from "./spell.ts";

const refreshSeconds = 5;

/** What the script on the page begins with. */
export interface PageStart {
  /** Of this process and the newest event. */
  readonly place: string;
  /** Of the desk that was rendered. */
  readonly version: number;
}

/** Everything below the head, to be kept until something changes. @param desks all projects, in their order */
export function renderBody(
  task: PartTask,
  options: { readonly desks: readonly Desk[]; readonly start: PageStart },
): Markup {
  const { desk, now } = task;
  const { name, host, key } = desk.project;
  const { place, version } = options.start;
  return safe`<body data-project="${key}" data-place="${place}" data-version="${version}" data-now="${now}">
<a class="skip" href="#now">To what goes on now</a>
<header>
  <h1>${name}${
    host === null ? null : safe`
      <small>on ${host}</small>
    `
  }</h1>
  <p id="live" role="status">As of the last load</p>
</header>
${renderNav(options.desks, key)}
<main>${
    parts.map(({ id, title, render }) =>
      safe`
        <section aria-labelledby="${id}-title" id="${id}">
          <h2 id="${id}-title">${title}</h2>
          <div class="part" id="part-${id}">${render(task)}</div>
        </section>
      `
    )
  }
</main>
<footer><p>agent-runner ${task.tools.version}. All times are UTC. As data: <a href="/api/state${query(key)}">state</a>,
  <a href="/api/events${query(key)}">events</a>, <a href="/metrics">metrics</a>,
  <a href="/api/openapi.json">description</a>.</p></footer>
</body>`;
}

/** The projects and how each is doing; nothing when there is one alone. */
export function renderNav(desks: readonly Desk[], chosen: string): Markup {
  if (desks.length < 2) return safe`<nav id="projects" hidden></nav>`;
  return safe`
    <nav id="projects" aria-label="Projects">
      <ul>${
    desks.map(({ project, sight, open, isActive, status }) => {
      const judged = sight?.rounds.findLast(({ verdict }) => verdict !== null)?.verdict ?? null;
      const wrong = open.filter(({ finding }) => finding.severity !== "info").length;
      const state = sight === null
        ? "not seen yet"
        : sight.blind !== null
        ? "cannot be seen"
        : !isActive
        ? "stopped"
        : status["running"] === true
        ? "running"
        : "between rounds";
      const current = project.key === chosen
        ? safe`
            aria-current="page"
          `
        : null;
      return safe`<li><a href="/${query(project.key)}"${current}><b>${project.name}</b>${
        project.host === null ? null : safe`
            on ${project.host}
          `
      } <span>${state}</span> ${
        judged === null ? null : safe`<span class="badge ${toneOf(judged.kind)}">${judged.kind}</span>`
      }${
        wrong === 0 ? null : safe`
            <span class="badge bad">${wrong} wrong</span>
          `
      }</a></li>`;
    })
  }</ul>
    </nav>
  `;
}

/**
 * What stands below the head, spelled once and sent again and again. Characters beyond ASCII become references: such a
 * text takes half the memory and is sent as it is.
 */
export function spellBody(body: Markup): string {
  return inAscii(`${body.text}\n</html>\n`);
}

function inAscii(text: string): string {
  // Control characters other than line ends and tabs are not in it any more.
  return text.replaceAll(/[^\t-~]/gu, (found) => `&#${found.codePointAt(0)};`);
}

/**
 * A whole document. @param body as `spellBody` gives it. @param options `nonce`: of this answer; `isDoor`: without
 * anything that needs the token
 */
export function renderDocument(
  body: string,
  options: { readonly nonce: string; readonly title: string; readonly isDoor?: boolean },
): string {
  const { nonce, title, isDoor = false } = options;
  const head = safe`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>${title}</title>
        <link rel="icon"
          href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%232a7'/%3E%3C/svg%3E">
        <link rel="stylesheet" href="/page.css" nonce="${nonce}">
        ${isDoor ? null : ownScripts(nonce)}
      </head>
  `;
  return `${inAscii(head.text)}${body}`;
}

/** Without a script the page is loaded anew again and again; with it, it is kept true. */
function ownScripts(nonce: string): Markup {
  return safe`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>
    <script src="/uplot.js" nonce="${nonce}" defer></script>
    <script src="/page.js" nonce="${nonce}" defer></script>`;
}

/** The page that asks for the token, without anything of the project. */
export function renderDoor(): Markup {
  return safe`
    <body class="door">
      <main>
        <h1>agent-runner</h1>
        <form method="get" action="/">
          <label for="token">Token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required>
          <button>Open</button>
        </form>
      </main>
    </body>
  `;
}
