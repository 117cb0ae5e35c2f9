// What Gemini CLI and Qwen Code, which grew out of it, have in common at their ends.
import type { Evidence } from "../core/verdict.ts";
import { type Cause, evidenceOf } from "./cause.ts";

/** Whether a line on stderr says that the command line is not accepted. */
export function isRefusedCommand(line: string): boolean {
  return /^Unknown arguments?: /.test(line);
}

/** What an exit code rests on: the lines that explain it, or else the last one. @param lines lines that are no records */
export function evidenceOfExit(
  code: number,
  { spoken, lines }: { readonly spoken: Cause | null; readonly lines: readonly string[] },
): readonly Evidence[] {
  const said = spoken?.evidence ?? evidenceOf("output", { last_line: lines.at(-1) });
  return [...evidenceOf("ending", { exit_code: code }), ...said];
}
