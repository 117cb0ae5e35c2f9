// POSIX paths as pure functions: no file is touched here.

/** Joins and normalises; an absolute later part wins over what is before it. */
export function joinPath(...parts: readonly string[]): string {
  let path = "";
  for (const part of parts) {
    if (part === "") continue;
    path = part.startsWith("/") ? part : path === "" ? part : `${path}/${part}`;
  }
  return normalizePath(path);
}

/** Removes `.`, `..` where it can, doubled and trailing slashes. */
export function normalizePath(path: string): string {
  const isAbsolute = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (part !== ".." || !isAbsolute) kept.push(part);
  }
  const joined = kept.join("/");
  return isAbsolute ? `/${joined}` : joined === "" ? "." : joined;
}

export function baseName(path: string): string {
  const normal = normalizePath(path);
  return normal.slice(normal.lastIndexOf("/") + 1);
}

export function dirName(path: string): string {
  const normal = normalizePath(path);
  const slash = normal.lastIndexOf("/");
  return slash < 0 ? "." : slash === 0 ? "/" : normal.slice(0, slash);
}

/** The path below `folder`, without a leading slash; null when it is not below it (or is it). */
export function pathBelow(folder: string, path: string): string | null {
  const base = normalizePath(folder);
  const normal = normalizePath(path);
  const prefix = base === "/" ? "/" : `${base}/`;
  return normal.startsWith(prefix) ? normal.slice(prefix.length) : null;
}
