// Hears from another machine over one connection that stays: the agent-runner there says what is new as it happens.
import { feedProtocol, parseFrame } from "./frame.ts";
import { failed, hear } from "./hearing.ts";
import type { LinkEnd, LinkTask, LinkTools } from "./link.ts";
import { versionNote } from "./version_note.ts";

/** Runs one connection to its end. */
export async function followStream(task: LinkTask, tools: LinkTools): Promise<LinkEnd> {
  const { target, backlog, timing, signal } = task;
  const after = backlog.after === "" ? [] : ["--after", backlog.after];
  try {
    return await hear({
      target,
      words: ["_feed", "--protocol", String(feedProtocol), "--beat", String(timing.beatSeconds), ...after],
      timing,
      signal,
      room: (end) => backlog.room(end),
      greet: (line) => greet(line, task, tools),
      take: (line) => take(line, task, tools),
    }, tools);
  } finally {
    backlog.dropUnsealed();
  }
}

function greet(line: string, { target, onNote }: LinkTask, tools: LinkTools): "noise" | "greeting" | LinkEnd {
  // A prompt or a colour may stand before it.
  const frame = parseFrame(line.slice(Math.max(0, line.indexOf('{"feed":"hello"'))));
  if (frame?.kind !== "hello") return "noise";
  const note = versionNote(target.host, { there: frame.version, here: tools.version });
  if (note !== null) onNote(note);
  return frame.protocol === feedProtocol ? "greeting" : { kind: "cannot_stream" };
}

function take(line: string, { target, backlog, timing, onLook }: LinkTask, { clock }: LinkTools): LinkEnd | null {
  const frame = parseFrame(line);
  if (frame === null) return failed(`'${target.host}' says what no agent-runner says: ${line.slice(0, 100)}`);
  switch (frame.kind) {
    case "hello":
      return null;
    case "blind":
      return failed(`On '${target.host}': ${frame.reason}`);
    default: {
      const isBounded = backlog.add(frame, {
        length: line.length,
        now: clock.monotonic(),
        longestPauseMs: timing.beatSeconds * 1000,
      });
      if (!isBounded) return failed(`'${target.host}' sends events without an end`);
      if (frame.kind === "state") onLook();
      return null;
    }
  }
}
