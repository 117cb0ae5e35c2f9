// Shows the colours of a terminal's output as spans with fixed class names; everything else a terminal obeys is dropped.
import { terminalSequence, withoutAnsi, writtenOver } from "../view/terminal_text.ts";
import { Markup, safe } from "./html.ts";

/** How text looks from a place on. */
interface Look {
  readonly front: number | null;
  readonly back: number | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isItalic: boolean;
  readonly isUnderlined: boolean;
}

const plain: Look = {
  front: null,
  back: null,
  isBold: false,
  isDim: false,
  isItalic: false,
  isUnderlined: false,
};

/** Beyond so many changes of look in one text it is shown without any: it is noise, and each costs the reader an element. */
const mostSpans = 4000;

/** The text with its colours. */
export function ansiMarkup(text: string): Markup {
  const parts: string[] = [];
  let look = plain;
  let from = 0;
  let spans = 0;
  const put = (piece: string) => {
    const shown = writtenOver(piece);
    if (shown === "") return;
    const classes = classesOf(look);
    spans += classes === "" ? 0 : 1;
    parts.push((classes === "" ? safe`${shown}` : safe`<span class="${classes}">${shown}</span>`).text);
  };
  for (const match of text.matchAll(terminalSequence)) {
    put(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") look = changed(look, match[1]!);
    if (spans > mostSpans) return safe`${withoutAnsi(text)}`;
  }
  put(text.slice(from));
  return new Markup(parts.join(""));
}

function classesOf(look: Look): string {
  const { front, back, isBold, isDim, isItalic, isUnderlined } = look;
  return [
    front === null ? "" : `f${front}`,
    back === null ? "" : `g${back}`,
    isBold ? "bo" : "",
    isDim ? "di" : "",
    isItalic ? "it" : "",
    isUnderlined ? "un" : "",
  ].filter((name) => name !== "").join(" ");
}

function changed(before: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/, 32).map((word) => word === "" ? 0 : Number(word));
  let look = before;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 38 || code === 48) {
      const found = wideColour(codes, i + 1);
      i = found.last;
      look = code === 38 ? { ...look, front: found.colour } : { ...look, back: found.colour };
    } else look = oneCode(look, code);
  }
  return look;
}

function oneCode(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, isBold: true };
  if (code === 2) return { ...look, isDim: true };
  if (code === 3) return { ...look, isItalic: true };
  if (code === 4) return { ...look, isUnderlined: true };
  if (code === 22) return { ...look, isBold: false, isDim: false };
  if (code === 23) return { ...look, isItalic: false };
  if (code === 24) return { ...look, isUnderlined: false };
  if (code === 39) return { ...look, front: null };
  if (code === 49) return { ...look, back: null };
  if (code >= 30 && code <= 37) return { ...look, front: code - 30 };
  if (code >= 40 && code <= 47) return { ...look, back: code - 40 };
  if (code >= 90 && code <= 97) return { ...look, front: code - 82 };
  if (code >= 100 && code <= 107) return { ...look, back: code - 92 };
  return look;
}

/** One of 256 colours, or one of 16 million, as the nearest of the sixteen that the page has for both themes. */
function wideColour(codes: readonly number[], at: number): { readonly colour: number | null; readonly last: number } {
  if (codes[at] === 5) return { colour: ofPalette(codes[at + 1] ?? -1), last: at + 1 };
  if (codes[at] !== 2) return { colour: null, last: at };
  const [r = 0, g = 0, b = 0] = codes.slice(at + 1, at + 4);
  return { colour: nearestOf(r, g, b), last: at + 3 };
}

function ofPalette(index: number): number | null {
  if (!(index >= 0 && index <= 255)) return null;
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return nearestOf(grey, grey, grey);
  }
  const step = (value: number) => value === 0 ? 0 : 55 + 40 * value;
  const cube = index - 16;
  return nearestOf(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6));
}

function nearestOf(r: number, g: number, b: number): number {
  const isBright = Math.max(r, g, b) > 191;
  const bit = (value: number) => value > Math.max(r, g, b) / 2 && value > 47 ? 1 : 0;
  return bit(r) + 2 * bit(g) + 4 * bit(b) + (isBright ? 8 : 0);
}
