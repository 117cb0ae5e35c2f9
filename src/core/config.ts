// Words of the configuration that stand below its schema: problems, and how wire names become code names.

/** One thing wrong with a configuration file, complete enough to mend it without a manual. */
export interface Problem {
  /** Dotted path, e.g. `runtime.round_timeout_s`; empty for the file as a whole. */
  readonly key: string;
  /** 1-based line in the file; null when the key is absent from it. */
  readonly line: number | null;
  readonly found: string;
  readonly wanted: string;
  readonly fix: string;
}

type Capital<S extends string> = S extends `${infer A}_${infer B}` ? `${Capitalize<A>}${Capital<B>}` : Capitalize<S>;
type Camel<S extends string> = S extends `${infer A}_${infer B}` ? `${A}${Capital<B>}` : S;

/** `round_timeout_s` -> `roundTimeoutSeconds`, `disk_warning_pct` -> `diskWarningPercent`, `work_dir` -> `workDir`. */
export type CodeName<S extends string> = S extends `${infer A}_s` ? `${Camel<A>}Seconds`
  : S extends `${infer A}_pct` ? `${Camel<A>}Percent`
  : Camel<S>;

/** Same rule at run time. */
export function codeName(wireName: string): string {
  const spelled = wireName.replace(/_s$/, "_seconds").replace(/_pct$/, "_percent");
  return spelled.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
