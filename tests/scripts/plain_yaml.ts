// Reads the plain part of YAML that workflow files are written in, strictly: what it does not know is an error.

/** A value; numbers and truths stay texts. */
export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

/** Throws an error with the line's number for anything else than maps, lists, plain and quoted texts, and `|` blocks. */
export function parseYaml(source: string): Yaml {
  const raw = source.split("\n");
  const lines: Line[] = raw.flatMap((line, i) => {
    if (/^\s*(#.*)?$/.test(line)) return [];
    if (/\t/.test(line)) throw new Error(`line ${i + 1}: a tab`);
    return [{ indent: line.search(/\S/), text: line.trim(), number: i + 1 }];
  });
  let at = 0;

  function block(indent: number): Yaml {
    return lines[at]!.text.startsWith("- ") ? list(indent) : map(indent);
  }

  function list(indent: number): Yaml {
    const items: Yaml[] = [];
    while (at < lines.length && lines[at]!.indent === indent && lines[at]!.text.startsWith("- ")) {
      const line = lines[at]!;
      // The rest of the line is the first one of the item, as far in as it stands.
      lines[at] = { ...line, indent: indent + 2, text: line.text.slice(2) };
      items.push(/^[\w-]+:( |$)/.test(lines[at]!.text) ? map(indent + 2) : scalar(lines[at++]!));
    }
    return items;
  }

  function map(indent: number): Yaml {
    const found: { [key: string]: Yaml } = {};
    while (at < lines.length && lines[at]!.indent === indent && !lines[at]!.text.startsWith("- ")) {
      const line = lines[at]!;
      const [, key, rest] = /^([\w-]+):(?: (.*))?$/.exec(line.text) ?? [];
      if (key === undefined || key in found) throw new Error(`line ${line.number}: '${line.text}'`);
      at++;
      const next = lines[at];
      if (rest === "|") found[key] = text(indent);
      else if (rest !== undefined) found[key] = scalar({ ...line, text: rest });
      else found[key] = next !== undefined && next.indent > indent ? block(next.indent) : null;
    }
    const next = lines[at];
    if (next !== undefined && next.indent > indent) throw new Error(`line ${next.number}: too far in`);
    return found;
  }

  function text(indent: number): string {
    const own: string[] = [];
    while (at < lines.length && lines[at]!.indent > indent) own.push(raw[lines[at++]!.number - 1]!);
    const margin = Math.min(...own.map((line) => line.search(/\S/)));
    return own.map((line) => `${line.slice(margin)}\n`).join("");
  }

  function scalar({ text, number }: Line): Yaml {
    if (text.startsWith("[")) {
      if (!text.endsWith("]")) throw new Error(`line ${number}: '${text}'`);
      return text.slice(1, -1).split(",").map((part) => scalar({ text: part.trim(), number, indent: 0 }));
    }
    if (text.startsWith('"')) return JSON.parse(text);
    if (/^[{&*!|>'%@`]|: | #/.test(text)) throw new Error(`line ${number}: '${text}' has to be quoted`);
    return text;
  }

  const document = block(0);
  if (at < lines.length) throw new Error(`line ${lines[at]!.number}: '${lines[at]!.text}'`);
  return document;
}
