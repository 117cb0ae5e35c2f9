// What Gemini CLI means by its exit codes and by what it leaves on stderr when there is no terminal record.
import { type Cause, cause, causeOfTrouble, evidenceOf, troubleOfStatus } from "./cause.ts";
import { causeOfComplaint, causeOfFatalType } from "./gemini_causes.ts";
import { evidenceOfExit, isRefusedCommand } from "./gemini_kin.ts";
import type { SpokenAt } from "./spoken_time.ts";

/** Gemini CLI's own errors, by exit code. */
const fatalExits: Readonly<Record<number, string>> = {
  41: "FatalAuthenticationError",
  42: "FatalInputError",
  44: "FatalSandboxError",
  52: "FatalConfigError",
  53: "FatalTurnLimitedError",
  54: "FatalToolExecutionError",
  55: "FatalUntrustedWorkspaceError",
};

/** Statuses of a provider that reach the exit code, of which only the lowest eight bits are left. */
const exitStatuses = [400, 401, 402, 403, 404, 408, 413, 429, 499, 500, 501, 502, 503, 504, 529];

/** What an exit code of Gemini CLI's own stands for; null for one that says nothing. @param lines lines that are no records */
export function causeOfExitCode(
  code: number,
  { lines, at }: { readonly lines: readonly string[]; readonly at: SpokenAt },
): Cause | null {
  const spoken = causeOfLines(lines, at);
  const evidence = evidenceOfExit(code, { spoken, lines });
  const fatal = causeOfFatalType(fatalExits[code] ?? null, evidence);
  if (fatal) return spoken?.kind === fatal.kind ? spoken : fatal;
  const status = exitStatuses.find((one) => one % 256 === code);
  if (status === undefined) return null;
  if (spoken && spoken.kind !== "error") return { ...spoken, evidence };
  const trouble = troubleOfStatus(status);
  return trouble
    ? causeOfTrouble(trouble, evidence)
    : cause("error", "The provider did not accept the request.", { evidence });
}

const apiErrorStart = /^(?:Error when talking to Gemini API\b|\[API Error: )/;
const missingKey = /^Please set an Auth method\b|\bGEMINI_API_KEY environment variable\b/;

/** The cause that lines on stderr speak for, asked only of a run that failed without a terminal record. */
export function causeOfLines(lines: readonly string[], at: SpokenAt): Cause | null {
  for (const line of lines) {
    const evidence = evidenceOf("output", { text: line });
    if (isRefusedCommand(line)) {
      return cause("config", "Gemini CLI does not accept its command line.", { evidence });
    }
    if (/^Error resuming session: /.test(line)) {
      return cause("config", "The session to resume does not exist.", { evidence });
    }
    if (missingKey.test(line)) return causeOfFatalType("FatalAuthenticationError", evidence);
  }
  const start = lines.findLastIndex((line) => apiErrorStart.test(line));
  if (start < 0) return null;
  // How long the provider asks to wait may stand in the line after it.
  const text = lines.slice(start, start + 2).join("\n").replace(/Full report available at: \S+ /, "");
  return causeOfComplaint({ record: "output", text, at, status: statusBelow(lines.slice(start)) });
}

function statusBelow(lines: readonly string[]): number | null {
  const found = lines.map((line) => /^(?:status|code): (\d{3}),?$/.exec(line)?.[1]).find((digits) =>
    digits !== undefined
  );
  return found === undefined ? null : Number(found);
}
