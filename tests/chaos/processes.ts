// The live processes of one project, found by the tag in their environment or their name.

export interface Row {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly command: string;
  /** Id of the round it carries; null: none. */
  readonly roundId: string | null;
  /** The shell that leads a round. */
  readonly isShim: boolean;
  /** The scripted agent or a part of it. */
  readonly isAgent: boolean;
  readonly isHook: boolean;
  /** It emptied its environment: only its name tells. */
  readonly isHidden: boolean;
}

const columns = ["axeww", "-o", "pid=,ppid=,pgid=,stat=,args="];

/** @param tag value of `E2E_TAG` */
export async function processesOf(tag: string): Promise<Row[]> {
  const { stdout } = await new Deno.Command("ps", { args: columns, stdout: "piped", env: { LC_ALL: "C" } }).output();
  return rowsIn(new TextDecoder().decode(stdout), tag);
}

/** Rows of a table that belong to the tag; the dead are left out. */
export function rowsIn(table: string, tag: string): Row[] {
  return joined(table).flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+([^]*)$/.exec(line);
    if (!match || match[4]!.startsWith("Z") || !line.includes(`E2E_TAG=${tag}`)) return [];
    const command = match[5]!;
    const isHidden = command.startsWith(`E2E_TAG=${tag}`);
    const roundId = /\bAGENT_RUNNER_ROUND_ID=([0-9a-f-]{36})/.exec(command)?.[1] ?? null;
    const isShim = match[1] === match[3] && /^\S*sh -c # agent-runner-shim\b/.test(command);
    return [{
      pid: Number(match[1]),
      ppid: Number(match[2]),
      pgid: Number(match[3]),
      command: command.slice(0, 100),
      roundId,
      isShim,
      isAgent: !isShim && /^\S*bash \S*(fake|chaos)_agent\.sh/.test(command),
      isHook: /\bAGENT_RUNNER_HOOK_ID=/.test(command),
      isHidden,
    }];
  });
}

/** A row whose arguments hold line breaks stands on several lines. */
function joined(table: string): string[] {
  const rows: string[] = [];
  for (const line of table.split("\n")) {
    if (/^\s*\d+\s+\d+\s+\d+\s+[A-Z]\S*\s/.test(line) || rows.length === 0) rows.push(line);
    else rows[rows.length - 1] += `\n${line}`;
  }
  return rows;
}
