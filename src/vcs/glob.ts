// Path patterns with `*`, `**` and `?` as pure functions, in time that no pattern can blow up.

/** A pattern cut at its slashes, or why it cannot be used. */
export type Glob =
  | { readonly kind: "glob"; readonly segments: readonly string[] }
  | { readonly kind: "unusable"; readonly reason: string };

/** Reads a pattern for paths below a folder: `**` is any number of folders, a trailing `/` or `**` means all below. */
export function parseGlob(pattern: string): Glob {
  if (pattern.trim() === "") return { kind: "unusable", reason: "it is empty" };
  if (pattern.includes("\0")) return { kind: "unusable", reason: "it holds a NUL character" };
  if (pattern.startsWith("/")) return { kind: "unusable", reason: "it is absolute; patterns are relative to work_dir" };
  const segments = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) return { kind: "unusable", reason: "it leaves work_dir" };
  if (segments.length === 0) return { kind: "unusable", reason: "it names work_dir itself" };
  const isFolder = pattern.endsWith("/") && segments.at(-1) !== "**";
  const whole = isFolder ? [...segments, "**"] : segments;
  // Two in a row mean the same as one and would only cost time.
  return { kind: "glob", segments: whole.filter((segment, i) => segment !== "**" || whole[i - 1] !== "**") };
}

/** Whether one path segment matches; `*` and `?` match any character but a slash, also a leading dot. */
export function matchesSegment(pattern: string, name: string): boolean {
  const wanted = [...pattern];
  const given = [...name];
  let p = 0;
  let star = -1;
  let resume = 0;
  let g = 0;
  while (g < given.length) {
    if (wanted[p] === "*") {
      star = p++;
      resume = g;
    } else if (p < wanted.length && (wanted[p] === "?" || wanted[p] === given[g])) {
      p++;
      g++;
    } else if (star >= 0) {
      p = star + 1;
      g = ++resume;
    } else return false;
  }
  while (wanted[p] === "*") p++;
  return p === wanted.length;
}

/** Whether a relative path matches from its first segment to its last. */
export function matchesGlob(segments: readonly string[], path: string): boolean {
  const names = path.split("/").filter((name) => name !== "");
  let reachable = new Set([0]);
  for (const [i, segment] of segments.entries()) {
    const next = new Set<number>();
    for (const from of reachable) {
      if (segment === "**") {
        const isLast = i === segments.length - 1;
        for (let to = isLast ? names.length : from; to <= names.length; to++) {
          if (!isLast || from < names.length) next.add(to);
        }
      } else if (from < names.length && matchesSegment(segment, names[from]!)) next.add(from + 1);
    }
    reachable = next;
  }
  return reachable.has(names.length);
}

/** Whether a path is owned: `dir/` owns all below, `**` matches from the root, any other pattern from the right. */
export function matchesOwned(pattern: string, path: string): boolean {
  const glob = parseGlob(pattern);
  if (glob.kind === "unusable") return false;
  if (pattern.endsWith("/")) {
    const folder = glob.segments.slice(0, -1);
    return matchesGlob(folder, path) || matchesGlob(glob.segments, path);
  }
  if (glob.segments.includes("**")) return matchesGlob(glob.segments, path);
  const names = path.split("/").filter((name) => name !== "");
  return matchesGlob(glob.segments, names.slice(-glob.segments.length).join("/"));
}
