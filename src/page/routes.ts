// The one table of addresses: answers, and the description of them, derive from it.
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { openEventSource } from "../store/event_source.ts";
import type { Desk } from "./desk.ts";
import { liveness, readiness } from "./health.ts";
import type { Health } from "./health.ts";
import { renderDocument } from "./layout.ts";
import { metricsText, metricsType } from "./metrics_text.ts";
import { describeApi } from "./openapi.ts";
import type { PageTools } from "./project.ts";
import { freshNonce, json, pagePolicy } from "./reply.ts";
import type { Reply } from "./reply.ts";
import type { Room } from "./room.ts";
import { readRound } from "./round_answer.ts";
import { wireDay, wireRound } from "./wire.ts";
import { mostReaders } from "./stream.ts";
import type { Reader } from "./stream.ts";

/** A word after `?` that an address knows. */
export interface Parameter {
  readonly name: string;
  readonly what: string;
}

/** What an address is asked with. */
export interface Asked {
  /** The project that is meant: the named one, or the first. */
  readonly room: Room;
  readonly desks: readonly Desk[];
  readonly tools: PageTools;
  readonly words: URLSearchParams;
  /** What stands for `{...}` in the path; empty where nothing does. */
  readonly part: string;
  readonly headers: Headers;
  /** Readers of all projects together. */
  readonly streams: { readonly open: number; readonly dropped: number };
}

/** One address. */
export interface Route {
  /** At most one `{name}`, as the last part. */
  readonly path: string;
  readonly what: string;
  readonly type: string;
  readonly parameters: readonly Parameter[];
  /** A reader: the answer goes on. */
  answer(asked: Asked): Promise<Reply | Reader> | Reply | Reader;
}

const jsonType = "application/json; charset=utf-8";
const aboutProject: Parameter = { name: "project", what: "The key of the project; without it the first one" };
const eventsUsual = 50;
const eventsMost = 1000;
const eventsReach = 2 * 1024 * 1024;

/** Every address of the page. */
export const routes: readonly Route[] = [
  {
    path: "/",
    what: "The page",
    type: "text/html; charset=utf-8",
    parameters: [aboutProject, { name: "kind", what: "Show only events of this kind" }],
    answer({ room, words }) {
      const nonce = freshNonce();
      const title = `${room.desk.project.name} · agent-runner`;
      const text = renderDocument(room.body((words.get("kind") ?? "").slice(0, 100)), { nonce, title });
      return { status: 200, text, type: "text/html; charset=utf-8", headers: pagePolicy(nonce) };
    },
  },
  asset("/page.css", "The style of the page", "text/css; charset=utf-8", ["assets/page.css", "assets/uplot.min.css"]),
  asset("/page.js", "The script of the page", "text/javascript; charset=utf-8", ["assets/page.js"]),
  asset("/uplot.js", "What draws the charts", "text/javascript; charset=utf-8", ["assets/uplot.min.js"]),
  {
    path: "/api/state",
    what: "All that is known of a project: the document of 'peek --json', and the keys of the page's predecessor",
    type: jsonType,
    parameters: [aboutProject],
    answer: async ({ room }) => ({ status: 200, text: await room.state(), type: jsonType }),
  },
  {
    path: "/api/events",
    what: "The newest events, oldest first",
    type: jsonType,
    parameters: [
      aboutProject,
      { name: "kind", what: "Only these kinds, separated by commas" },
      { name: "limit", what: `At most so many, up to ${eventsMost}; ${eventsUsual} without it` },
    ],
    answer: answerEvents,
  },
  {
    path: "/api/rounds/{number}",
    what: "One round in detail, as 'peek --round N --log' shows it",
    type: jsonType,
    parameters: [aboutProject],
    answer: answerRound,
  },
  {
    path: "/api/figures",
    what: "What rounds and days took and brought, for charts",
    type: jsonType,
    parameters: [aboutProject],
    answer: ({ room: { desk: { figures } } }) => ({
      status: 200,
      ...json({ rounds: figures.rounds.map(wireRound), days: figures.days.map(wireDay) }),
    }),
  },
  {
    path: "/api/projects",
    what: "The projects on this page",
    type: jsonType,
    parameters: [],
    answer: ({ desks }) => ({
      status: 200,
      ...json(desks.map(({ project: { key, name, host }, isActive }) => ({ key, name, host, is_active: isActive }))),
    }),
  },
  {
    path: "/api/stream",
    what:
      "What is new as Server-Sent Events: 'hello', 'event', 'gap', and with 'version' the changed 'parts' of the page",
    type: "text/event-stream; charset=utf-8",
    parameters: [
      aboutProject,
      {
        name: "since",
        what: "Begin with what came after this: an id of the stream, an ISO time, or 0 for all that is kept",
      },
      { name: "version", what: "Of the page that is shown" },
    ],
    answer: answerStream,
  },
  {
    path: "/metrics",
    what: "Figures of all projects in the text form of Prometheus",
    type: metricsType,
    parameters: [],
    answer: ({ desks, tools, streams }) => ({
      status: 200,
      text: metricsText(desks, { version: tools.version, streams }),
      type: metricsType,
    }),
  },
  probe(
    "/livez",
    "Whether this process looks at its projects",
    ({ desks, tools }) => liveness(desks, tools.clock.monotonic()),
  ),
  probe("/readyz", "Whether a supervisor runs and nothing keeps it from working", ({ desks }) => readiness(desks)),
  probe("/healthz", "The same as /readyz", ({ desks }) => readiness(desks)),
  {
    path: "/api/openapi.json",
    what: "This table, as OpenAPI 3.1",
    type: jsonType,
    parameters: [],
    answer: ({ tools }) => ({ status: 200, ...json(describeApi(routes, tools.version)) }),
  },
];

/** The address and what stands for its `{...}`; null when there is none of this path. */
export function findRoute(path: string): { readonly route: Route; readonly part: string } | null {
  for (const route of routes) {
    const [fixed, named] = route.path.split("{");
    if (named === undefined ? path === fixed : path.startsWith(fixed!) && !path.slice(fixed!.length).includes("/")) {
      return { route, part: named === undefined ? "" : path.slice(fixed!.length) };
    }
  }
  return null;
}

function asset(path: string, what: string, type: string, files: readonly string[]): Route {
  return {
    path,
    what,
    type,
    parameters: [],
    answer({ tools }) {
      const text = files.map((file) => tools.asset(file) ?? "").join("\n");
      return { status: 200, text, type };
    },
  };
}

function probe(path: string, what: string, healthOf: (asked: Asked) => Health): Route {
  return {
    path,
    what,
    type: jsonType,
    parameters: [],
    answer(asked) {
      const { isGood, reason } = healthOf(asked);
      return { status: isGood ? 200 : 503, ...json({ ok: isGood, reason }) };
    },
  };
}

function answerEvents({ room: { desk }, words }: Asked): Reply {
  const limit = Number(words.get("limit") ?? eventsUsual);
  if (!Number.isInteger(limit) || limit < 1 || limit > eventsMost) {
    return { status: 400, ...json({ error: `'limit' must be a whole number from 1 to ${eventsMost}` }) };
  }
  const kind = words.get("kind") ?? "";
  const kinds = kind === "" ? null : kind.slice(0, 1000).split(",").map((word) => word.trim()).slice(0, 50);
  const { files } = desk.project;
  const source = files === null || (kinds === null && limit <= 500)
    ? desk.events.asSource()
    : openEventSource({ files, logDir: desk.project.config().runtime.logDir });
  const { lines } = source.query({ kinds, limit, maxBytes: eventsReach });
  return { status: 200, ...json(lines.map(({ event }) => event)) };
}

async function answerRound({ room: { desk }, part, tools }: Asked): Promise<Reply> {
  if (!/^\d{1,15}$/.test(part)) return { status: 400, ...json({ error: "A round is a number" }) };
  const round = Number(part);
  const files: Files | null = desk.project.files;
  if (files === null) {
    const figure = desk.figures.round(round);
    return figure === null ? noRound() : { status: 200, ...json(wireRound(figure)) };
  }
  const view = await readRound(desk, { files, round, now: tools.clock.now() });
  return view === null ? noRound() : { status: 200, ...json(view) };
}

function noRound(): Reply {
  return { status: 404, ...json({ error: "There is no such round on record" }) };
}

function answerStream({ room, words, headers, streams }: Asked): Reply | Reader {
  if (streams.open >= mostReaders) {
    return { status: 503, text: "Too many readers at the same time", headers: { "retry-after": "10" } };
  }
  const version = words.get("version");
  return room.open({
    since: headers.get("last-event-id") ?? words.get("since"),
    version: version === null ? null : /^\d{1,15}$/.test(version) ? Number(version) : -1,
  });
}

/** Whether something thrown only says that files cannot be read. */
export function isFileFault(thrown: unknown): thrown is FileFault {
  return thrown instanceof FileFault;
}
