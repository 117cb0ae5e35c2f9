// Reads the commands out of a document, with what their output must hold.

/** One block of commands. */
export interface Block {
  /** 1-based line of the document on which the commands begin. */
  readonly line: number;
  readonly commands: string;
  /** What the output of this block must contain. */
  readonly wanted: readonly string[];
  /** Exit code of the block's last command. */
  readonly exitCode: number;
  /** The ```text block right behind it: what it prints. */
  readonly shown: string | null;
}

/**
 * The ```bash blocks of a document. A comment right before a block directs it: `<!-- test: skip -->` leaves it out,
 * `<!-- test: shows "TEXT" -->` and `<!-- test: exits N -->` say what must come of it; directions may be combined
 * by commas. Throws for a direction it does not know.
 */
export function readBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const fence = /(?:<!--\s*test:([^\n]*?)-->\s*\n\s*)?^```bash\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm;
  for (const found of text.matchAll(fence)) {
    const directions = readDirections(found[1] ?? "");
    if (directions.isSkipped) continue;
    const line = text.slice(0, found.index + found[0].indexOf("```bash")).split("\n").length + 1;
    const { wanted, exitCode } = directions;
    blocks.push({ line, commands: found[2]!, wanted, exitCode, shown: found[3] ?? null });
  }
  return blocks;
}

/**
 * The first line of a claimed output that the real one lacks, or null when all are there in their order. A number
 * stands for any number, a hash for any hash, `...` for anything.
 */
export function missingLine(claimed: string, output: string): string | null {
  let rest = output.split("\n").map((line) => line.trim());
  for (const line of claimed.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "...")) {
    const pattern = new RegExp(`^${line.split("...").map(spellPattern).join(".*")}$`);
    const index = rest.findIndex((candidate) => pattern.test(candidate));
    if (index < 0) return line;
    rest = rest.slice(index + 1);
  }
  return null;
}

function spellPattern(text: string): string {
  return text.replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|\d+|\s+|[^\w\s]/g, (found) => {
    if (/^\s/.test(found)) return "\\s+";
    if (/^\d+$/.test(found)) return "\\d+";
    return /^[0-9a-f]{7,}$/.test(found) ? "[0-9a-f]+" : `\\${found}`;
  });
}

function readDirections(text: string) {
  const wanted: string[] = [];
  let exitCode = 0;
  let isSkipped = false;
  let rest = text.trim();
  while (rest !== "") {
    const found = /^(?:(skip)|shows "([^"]+)"|exits (\d+))\s*(?:,\s*|$)/.exec(rest);
    if (!found) throw new Error(`no test direction reads like '${rest}'`);
    if (found[1] !== undefined) isSkipped = true;
    if (found[2] !== undefined) wanted.push(found[2]);
    if (found[3] !== undefined) exitCode = Number(found[3]);
    rest = rest.slice(found[0].length);
  }
  return { wanted, exitCode, isSkipped };
}
