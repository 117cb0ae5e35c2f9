// What doctor found as a page for people: a state, a name, what was found, and what to do.
import { visible } from "../core/text.ts";
import type { RowState } from "./doctor/check.ts";
import type { DoctorRow } from "./doctor/examine.ts";
import { type Paint, paintFor, wrapText } from "./print.ts";
import type { Stream } from "./world.ts";

const gap = "  ";
const narrowest = 30;

/** The page; it ends with a newline. */
export async function spellDoctor(
  rows: readonly DoctorRow[],
  stream: Pick<Stream, "hasColor" | "columns">,
): Promise<string> {
  const paint = paintFor(stream);
  const nameWidth = Math.max(0, ...rows.map(({ name }) => visible(name).length));
  const indent = " ".repeat("fail".length + gap.length + nameWidth + gap.length);
  const room = Math.max(narrowest, stream.columns - indent.length);
  const lines: string[] = [];
  for (const row of rows) {
    const state = paintState(row.state, paint) + " ".repeat("fail".length - row.state.length);
    const head = `${state}${gap}${visible(row.name).padEnd(nameWidth)}${gap}`;
    const below: string[] = [];
    if (row.fixed !== null) below.push(...await paragraph(`fixed: ${row.fixed}`, { room, colour: paint.green }));
    if (row.fix !== null) below.push(...await paragraph(`fix: ${row.fix}`, { room, colour: paint.cyan }));
    const found = await wrapText(visible(row.found), room);
    lines.push(...[...found, ...below].map((line, i) => `${i === 0 ? head : indent}${line}`.trimEnd()));
  }
  return `${[...lines, "", spellSum(rows)].join("\n")}\n`;
}

async function paragraph(
  text: string,
  { room, colour }: { readonly room: number; readonly colour: (text: string) => string },
): Promise<string[]> {
  return (await wrapText(visible(text), room)).map(colour);
}

function paintState(state: RowState, paint: Paint): string {
  switch (state) {
    case "ok":
      return paint.green(state);
    case "warn":
      return paint.yellow(state);
    case "fail":
      return paint.red(state);
    default:
      return state satisfies never;
  }
}

function spellSum(rows: readonly DoctorRow[]): string {
  const count = (state: RowState) => rows.filter((row) => row.state === state).length;
  const fixed = rows.filter((row) => row.fixed !== null).length;
  return `${count("ok")} ok, ${count("warn")} warn, ${count("fail")} fail${fixed === 0 ? "" : `; ${fixed} fixed`}`;
}
