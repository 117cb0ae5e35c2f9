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
}

/**
 * The ```bash blocks of a document. A comment right before a block directs it: `<!-- test: skip -->` leaves it out,
 * `<!-- test: shows "TEXT" -->` and `<!-- test: exits N -->` say what must come of it; directions may be combined
 * by commas. Throws for a direction it does not know.
 */
export function readBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const fence = /(?:<!--\s*test:([^\n]*?)-->\s*\n\s*)?^```bash\n([\s\S]*?)^```$/gm;
  for (const found of text.matchAll(fence)) {
    const directions = readDirections(found[1] ?? "");
    if (directions.isSkipped) continue;
    const line = text.slice(0, found.index + found[0].indexOf("```bash")).split("\n").length + 1;
    blocks.push({ line, commands: found[2]!, wanted: directions.wanted, exitCode: directions.exitCode });
  }
  return blocks;
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
