// Fills the marked regions of a document, and refuses marks that do not fit.

/** Gives the text of one region; called only when a document has the region. */
export type Renderer = () => string | Promise<string>;

const mark = /<!--\s*(\/?)gen:([a-z-]+)\s*-->/g;

/**
 * The document with every `<!-- gen:NAME -->` to `<!-- /gen:NAME -->` filled anew; the rest stays as it is.
 * Throws for an unknown name, a region that is not closed, a close without an open, and a region inside another.
 */
export async function fillRegions(
  text: string,
  options: { readonly path: string; readonly renderers: Readonly<Record<string, Renderer>> },
): Promise<string> {
  let filled = "";
  let at = 0;
  let open: string | null = null;
  for (const found of text.matchAll(mark)) {
    const [whole, slash, name] = [found[0], found[1], found[2]!];
    const where = `'${options.path}', line ${text.slice(0, found.index).split("\n").length}`;
    if (slash === "") {
      if (open !== null) throw new Error(`${where}: region '${name}' begins inside '${open}', which is not closed`);
      const renderer = Object.hasOwn(options.renderers, name) ? options.renderers[name] : undefined;
      if (renderer === undefined) {
        throw new Error(`${where}: no region is named '${name}'; known: ${Object.keys(options.renderers).join(", ")}`);
      }
      const end = found.index + whole.length;
      filled += `${text.slice(at, end)}\n\n${(await renderer()).trim()}\n\n`;
      at = end;
      open = name;
    } else {
      if (open !== name) throw new Error(`${where}: region '${name}' is closed but not open`);
      at = found.index;
      open = null;
    }
  }
  if (open !== null) throw new Error(`'${options.path}': region '${open}' has no '<!-- /gen:${open} -->'`);
  return filled + text.slice(at);
}
