// How verbs lay text out for people: colour where it is wanted, tables and paragraphs that fit the terminal.
import { visible } from "../core/text.ts";
import type { Stream } from "./world.ts";

const ellipsis = "…";
const gap = "  ";
const narrowest = 6;

/** Colours as functions; each returns its text unchanged on a stream without colour. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export function paintFor(stream: Pick<Stream, "hasColor">): Paint {
  const style = (open: number, close: number) => (text: string) =>
    stream.hasColor && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    cyan: style(36, 39),
  };
}

/**
 * Text of several lines without anything that a terminal obeys. JSON and TOML mean the same afterwards: what they leave
 * as it is, and a terminal does not, becomes an escape of theirs.
 */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/**
 * A value as JSON: `lines` for people, `line` for programs that read line by line. What JSON leaves as it is and a terminal
 * obeys is an escape in it: parsed, it means the same.
 */
export function spellJson(value: unknown, form: "lines" | "line" = "lines"): string {
  return visibleLines(JSON.stringify(value, null, form === "lines" ? 2 : 0));
}

/** A table as data; cells may hold colour, but no line breaks. */
export interface TableSpec {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns whose cells stand at the right, by index. */
  readonly right?: readonly number[];
  /** Columns of the terminal that the table may take. */
  readonly width: number;
}

/** Lines of the table; the widest columns are cut until it fits. Wide characters count as two columns, colour as none. */
export async function spellTable(spec: TableSpec): Promise<string[]> {
  const { default: measure } = await import("fast-string-truncated-width");
  const cut = (text: string, limit: number) => {
    const found = measure(text, { limit, ellipsis });
    if (!found.truncated) return text;
    const reset = text.includes("\u001b") ? "\u001b[0m" : "";
    return `${text.slice(0, found.index)}${reset}${found.ellipsed ? ellipsis : ""}`;
  };
  const all = [spec.head, ...spec.rows];
  const wanted = spec.head.map((_, i) => Math.max(...all.map((row) => measure(row[i] ?? "").width)));
  const widths = fitted(wanted, spec.width - gap.length * (wanted.length - 1));
  return all.map((row) =>
    widths.map((width, i) => {
      const text = cut(row[i] ?? "", width);
      const padding = " ".repeat(Math.max(0, width - measure(text).width));
      return spec.right?.includes(i) ? padding + text : text + padding;
    }).join(gap).trimEnd()
  );
}

/** Takes columns from the widest until the sum fits, but leaves each readable. */
export function fitted(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  for (let sum = widths.reduce((a, b) => a + b, 0); sum > room; sum--) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

/** Breaks a paragraph at spaces into lines of at most `width` columns; a longer word stays whole. */
export async function wrapText(text: string, width: number): Promise<string[]> {
  const { default: measure } = await import("fast-string-truncated-width");
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && measure(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** A name and what there is to say about it. */
export type Fact = readonly [name: string, text: string];

/** Facts below each other, their texts wrapped beside their names. */
export async function spellFacts(facts: readonly Fact[], look: { readonly width: number; readonly paint: Paint }) {
  const nameWidth = Math.max(0, ...facts.map(([name]) => name.length));
  const lines: string[] = [];
  for (const [name, text] of facts) {
    const parts = await wrapText(text, Math.max(20, look.width - nameWidth - gap.length));
    for (const [i, part] of parts.entries()) {
      const label = i === 0 ? look.paint.dim(name.padEnd(nameWidth)) : " ".repeat(nameWidth);
      lines.push(`${label}${gap}${part}`.trimEnd());
    }
  }
  return lines;
}
