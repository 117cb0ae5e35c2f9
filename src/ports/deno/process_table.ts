// Reads what ps(1) prints into rows, without decoding the environments of a whole machine.
import type { ProcessInfo } from "../processes.ts";

const commandCharacters = 400;
/** Enough for the columns and for the command's characters, however many bytes each of them takes. */
const headBytes = 100 + commandCharacters * 4;
const blank = 0x20;
const equals = 0x3d;
const row = /^\s*(\d+)\s+(\d+)\s+(-?\d+)\s+(\S+)\s+\w{3} (\w{3}\s+\d+ \d{2}:\d{2}:\d{2} \d{4})\s+([\d:.-]+)\s(.*)$/;

/**
 * @param bytes output of `ps -o pid=,ppid=,pgid=,stat=,lstart=,time=,args=` (or `bsdtime=`) in the C locale and UTC
 * @param marker `NAME=value` looked for as a whole word after the command line, `NAME=` for any value, or null
 */
export function parseProcessTable(bytes: Uint8Array, marker: string | null): ProcessInfo[] {
  const rows: ProcessInfo[] = [];
  const decoder = new TextDecoder();
  const wanted = marker === null ? null : new TextEncoder().encode(marker);
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    start = end + 1;
    const match = row.exec(decoder.decode(line.subarray(0, headBytes)));
    if (match === null) continue;
    const [, pid, ppid, pgid, state, started, time, rest] = match;
    rows.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      isZombie: state!.startsWith("Z"),
      startedAt: Date.parse(`${started} UTC`) / 1000,
      cpuSeconds: parseCpuTime(time!),
      command: rest!.slice(0, commandCharacters),
      isMarked: wanted !== null && hasWord(line, wanted),
    });
  }
  return rows;
}

/** Between blanks or the end; the environments of a whole machine are looked through as bytes, never decoded. */
function hasWord(line: Uint8Array, word: Uint8Array): boolean {
  const last = line.length - word.length;
  const isOpen = word.at(-1) === equals;
  for (let at = line.indexOf(word[0]!); at >= 0 && at <= last; at = line.indexOf(word[0]!, at + 1)) {
    const isBegin = at === 0 || line[at - 1] === blank;
    const isEnd = isOpen || at === last || line[at + word.length] === blank;
    if (isBegin && isEnd && word.every((byte, i) => line[at + i] === byte)) return true;
  }
  return false;
}

/** Seconds of a ps CPU time: `[[dd-]hh:]mm:ss[.cc]`; 0 for what is none. */
export function parseCpuTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-", 2) : ["0", text];
  let seconds = 0;
  for (const part of clock!.split(":")) seconds = seconds * 60 + Number(part);
  const total = Number(days) * 86_400 + seconds;
  return total >= 0 ? total : 0;
}
