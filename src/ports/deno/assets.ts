// Files embedded in the binary, found beside the program when it runs from source.
const root = new URL("../../../", import.meta.url);

/** Text of an embedded file, e.g. `presets/claude.toml`; null when there is none. */
export function readAsset(path: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(path, root));
  } catch {
    return null;
  }
}

/** Names of the embedded files in a folder, sorted. */
export function listAssets(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(new URL(`${folder}/`, root))].filter((entry) => entry.isFile).map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}
