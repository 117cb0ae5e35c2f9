// Takes the notes of a release out of the changelog.

/** The section of a version, or of what is not released yet where it has none. Throws when there is neither. */
export function notesOf(changelog: string, version: string): string {
  const section = sectionOf(changelog, version) ?? sectionOf(changelog, "Unreleased");
  if (section === null) throw new Error(`CHANGELOG.md has no section '## [${version}]', nor '## [Unreleased]'`);
  return `# agent-runner ${version}\n\n${section.trim()}\n`;
}

function sectionOf(changelog: string, name: string): string | null {
  const lines = changelog.split("\n");
  const start = lines.findIndex((line) => line === `## [${name}]` || line.startsWith(`## [${name}] `));
  if (start < 0) return null;
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith("## "));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join("\n");
}
