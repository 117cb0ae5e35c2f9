// Where a release is looked for: what was named on the command line, or else in the configuration.
import type { Config } from "../config/schema.ts";
import { exitCode, OperatorError } from "../core/errors.ts";
import { dirName, joinPath } from "../core/path.ts";
import { visible } from "../core/text.ts";
import { folderSource, isWebAddress, webSource } from "../service/release_source.ts";
import type { ReleaseSource } from "../service/release_source.ts";
import type { UpgradeMeans, World } from "./world.ts";

/** Throws `OperatorError` where no place is named, or one that is none. */
export function releasePlace(
  { flag, config, means }: {
    readonly flag: string | undefined;
    readonly config: Config | null;
    readonly means: Pick<UpgradeMeans, "web">;
  },
  world: World,
): ReleaseSource {
  const { files, host } = world;
  const named = flag ?? config?.upgrade.from ?? null;
  if (named === null || named === "") {
    throw new OperatorError("No place is named from which a release could come: there is no server by default", {
      fix: 'Name a folder or an address with --from, or write it into agent-runner.toml: [upgrade] from = "..."',
      exitCode: exitCode.usage,
    });
  }
  if (isWebAddress(named)) {
    const source = webSource(named, means.web);
    if (source !== null) return source;
  } else if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(named)) {
    const base = flag === undefined && config !== null ? dirName(config.file) : host.workDir();
    return folderSource(joinPath(base, named.replace(/^~(?=\/|$)/, host.homeDir())), files);
  }
  throw new OperatorError(`'${visible(named)}' is no place a release can come from`, {
    fix: "Name a folder, or an address that begins with https:// or http:// and has no '?' or '#' in it",
    exitCode: exitCode.usage,
  });
}
