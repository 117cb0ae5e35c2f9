// Takes the chart library for browsers out of its package, so that the page needs nothing from anywhere else.

/** The text of a file of the package that goes into the binary, with its licence before it. */
export async function chartAsset(name: string): Promise<string> {
  const [licence, text] = await Promise.all([readPackage("LICENSE"), readPackage(`dist/${name}`)]);
  const [copyright] = /^Copyright .*$/m.exec(licence) ?? [];
  if (!licence.includes("MIT License") || copyright === undefined) throw new Error("uplot has another licence now");
  return `/*! uPlot, ${copyright.trim()}. MIT licence:\n${licence.replaceAll("*/", "")}*/\n${text.trimEnd()}\n`;
}

async function readPackage(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(import.meta.resolve(`uplot/${path}`)));
}
