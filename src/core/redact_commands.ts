// Finds passwords that stand in command lines of known programs and in files that name them in a way of their own.
import { placeOf } from "./redact_field_name.ts";
import type { Mark } from "./redact_spans.ts";

/** One way to hand over a password, which is the first group of `form`. */
interface Command {
  readonly form: RegExp;
  /** What `form` holds behind words it passes over; without it nearby, `form` is not tried. */
  readonly sign?: RegExp;
}

/** As far as a form passes over words, with some room for the name of the program. */
const reach = 160;
const valueReach = 320;
const valueWord = /value/gi;
const shortFlag = /[ \t]-p[^\s"'=-]/g;

/** By their first letter. */
const commands: Readonly<Record<string, readonly Command[]>> = {
  s: [{ form: /sshpass[ \t]+-p[ \t]*([^\s"'-][^\s"']*)/dy }],
  r: [{
    form: /redis-cli\b[^\r\n|;&]{0,120}?[ \t](?:-a|--pass)[ \t]+([^\s"'-][^\s"']*)/dy,
    sign: /[ \t](?:-a|--pass)[ \t]+[^\s"'-]/g,
  }],
  m: [
    {
      form: /mysql(?:dump|admin|import|check|sh)?\b[^\r\n|;&]{0,120}?[ \t]-p([^\s"'=-][^\s"']*)/dy,
      sign: shortFlag,
    },
    { form: /mariadb(?:-dump|-admin)?\b[^\r\n|;&]{0,120}?[ \t]-p([^\s"'=-][^\s"']*)/dy, sign: shortFlag },
  ],
  d: [{
    form: /docker[ \t]+login\b[^\r\n|;&]{0,120}?[ \t]-p[ \t]+([^\s"'-][^\s"']*)/dy,
    sign: /[ \t]-p[ \t]+[^\s"'-]/g,
  }],
  i: [{ form: /identified[ \t]+by[ \t]+(?:password[ \t]+)?'([^'\r\n]{1,256})'/diy }],
  p: [{ form: /password[ \t]+'([^'\r\n]{1,256})'/diy }],
  l: [{ form: /login[ \t]+[^\s"']{1,256}\s{1,64}password[ \t]+([^\s"']+)/diy }],
};
/** A line of a netrc file. */
const netrcLine = /password[ \t]+(?=\S*\d)([^\s"'(){}<>,;:]{6,256})[ \t]*(?=$|[\r\n])/dy;

/** The first two letters, in lower case, of the words that `Commands` knows. */
export const commandStarts: readonly string[] = ["ss", "re", "my", "ma", "do", "id", "pa", "lo"];

/** Looks for commands in one text, from left to right. */
export class Commands {
  readonly #text: string;
  /** Where each sign was found last: none stands between the place looked from and there. */
  readonly #found = new Map<RegExp, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether the word `value` stands within reach of a name before it, as `atNamedValue` looks for. */
  isValueNear(at: number): boolean {
    return this.#next(valueWord, at) - at <= valueReach;
  }

  /** Looks at the word at `at`. @returns where to go on; `at` when it is none of these. */
  at(at: number, mark: Mark): number {
    const text = this.#text;
    const letter = text[at]!.toLowerCase();
    for (const { form, sign } of commands[letter] ?? []) {
      if (sign !== undefined && this.#next(sign, at) - at > reach) continue;
      form.lastIndex = at;
      const span = form.exec(text)?.indices?.[1];
      if (span !== undefined) return marked(span, mark);
    }
    if (letter !== "p") return at;
    netrcLine.lastIndex = at;
    const span = netrcLine.exec(text)?.indices?.[1];
    return span !== undefined && placeOf(text, at) === "line" ? marked(span, mark) : at;
  }

  /** Where the sign stands next; each part of the text is searched once. */
  #next(sign: RegExp, at: number): number {
    const known = this.#found.get(sign) ?? -1;
    if (known >= at) return known;
    sign.lastIndex = at;
    const found = sign.exec(this.#text)?.index ?? Infinity;
    this.#found.set(sign, found);
    return found;
  }
}

function marked([start, end]: readonly [number, number], mark: Mark): number {
  mark(start, end);
  return end;
}
