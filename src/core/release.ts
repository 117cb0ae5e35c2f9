// The words of a release: version numbers and their order, names of its files, and the list of their sums.

const versionForm = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,64}))?$/;

/** Files that every release has beside its binaries. */
export const releaseFiles = { sums: "SHA256SUMS", signature: "SHA256SUMS.sig", version: "VERSION" } as const;

/** Whether a text is a version such as `1.2.3` or `1.2.3-rc.1`. */
export function isVersion(text: string): boolean {
  return versionForm.test(text);
}

/** Below 0 when `a` comes before `b`, 0 when they are the same, above 0 when it comes after. Both must be versions. */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [versionForm.exec(a), versionForm.exec(b)];
  if (first === null || second === null) throw new RangeError(`'${first === null ? a : b}' is no version`);
  for (const i of [1, 2, 3]) {
    const difference = Number(first[i]) - Number(second[i]);
    if (difference !== 0) return difference;
  }
  return comparePreliminary(first[4], second[4]);
}

/** What is not final yet comes before what is; its parts count as numbers where both are. */
function comparePreliminary(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const [left, right] = [a.split("."), b.split(".")];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [one, other] = [left[i], right[i]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    if (one === other) continue;
    const areNumbers = /^\d+$/.test(one) && /^\d+$/.test(other);
    if (areNumbers && Number(one) !== Number(other)) return Number(one) - Number(other);
    if (!areNumbers) return /^\d+$/.test(one) ? -1 : /^\d+$/.test(other) ? 1 : one < other ? -1 : 1;
  }
  return 0;
}

/** Name of the binary for a machine, such as `linux-aarch64`. */
export function binaryName(platform: string): string {
  return `agent-runner-${platform}`;
}

/** Sums by file name, in lower-case hex, from the lines of `sha256sum`; null when a line is none. */
export function parseSums(text: string): ReadonlyMap<string, string> | null {
  const sums = new Map<string, string>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, sum, name] = /^([0-9a-f]{64}) [ *]([A-Za-z0-9][\w.-]{0,127})$/.exec(line) ?? [];
    if (sum === undefined || name === undefined || sums.has(name)) return null;
    sums.set(name, sum);
  }
  return sums;
}
