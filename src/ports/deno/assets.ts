// Files embedded in the binary, found beside the program's first module when it runs from source.

/** @param root folder of the program's first module, with a slash at its end */
export function assetsIn(root: URL) {
  return {
    /** Text of an embedded file, e.g. `presets/claude.toml`; null when there is none. */
    asset(path: string): string | null {
      try {
        return Deno.readTextFileSync(new URL(path, root));
      } catch {
        return null;
      }
    },
    /** Names of the embedded files in a folder, sorted. */
    assets(folder: string): readonly string[] {
      try {
        const entries = [...Deno.readDirSync(new URL(`${folder}/`, root))];
        return entries.filter((entry) => entry.isFile).map((entry) => entry.name).sort();
      } catch {
        return [];
      }
    },
  };
}
