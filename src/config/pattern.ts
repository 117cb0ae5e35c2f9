// Regular expressions as users wrote them for a Python program, compiled by this one.

/**
 * Compiles a pattern for searching (`test` anywhere in a text); null when it is not one.
 * Python's spelling of leading flags (`(?i)`), named groups and `\A` `\Z` is understood.
 *
 * @param options `isCaseInsensitive`: ignore case whatever the pattern says.
 */
export function compilePattern(
  source: string,
  options: { readonly isCaseInsensitive?: boolean } = {},
): RegExp | null {
  const leading = /^\(\?([aimsuL]+)\)/.exec(source);
  const asked = leading?.[1] ?? "";
  const isCaseInsensitive = options.isCaseInsensitive === true || asked.includes("i");
  const flags = `${isCaseInsensitive ? "i" : ""}${asked.includes("m") ? "m" : ""}${asked.includes("s") ? "s" : ""}`;
  try {
    return new RegExp(translate(source.slice(leading?.[0].length ?? 0)), flags);
  } catch {
    return null;
  }
}

function translate(source: string): string {
  return source.replaceAll(/\\[\s\S]|\(\?P<|\(\?P=(\w+)\)/g, (part, name: string | undefined) => {
    if (part === "\\A") return "(?<![\\s\\S])";
    if (part === "\\Z") return "(?![\\s\\S])";
    if (part === "(?P<") return "(?<";
    return name === undefined ? part : `\\k<${name}>`;
  });
}
