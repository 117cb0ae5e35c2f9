// Which phase a round belongs to, and what holds in it: a pure rotation on the round's number.
import { exitCode, OperatorError } from "../core/errors.ts";
import type { Walls } from "../core/round.ts";
import { nearest } from "../core/text.ts";
import type { Config } from "./schema.ts";

/** What holds in one round, with the changes of its phase applied. */
export interface PhaseSettings {
  /** Null when there are no phases. */
  readonly name: string | null;
  /** 0-based place in `phases.list`; null when there are no phases. */
  readonly index: number | null;
  readonly walls: Walls;
  /** Absolute paths, in order. */
  readonly promptFiles: readonly string[];
  readonly disablePreRoundHooks: boolean;
}

/**
 * The phase of a round: the first round has the first phase, and so on in turn.
 *
 * @param round number from 1, and a phase's name where the operator asked for one.
 * @throws OperatorError (usage) when there is no phase of that name.
 */
export function phaseFor(
  config: Config,
  round: { readonly number: number; readonly phase?: string | null },
): PhaseSettings {
  const list = config.phases.list;
  const asked = round.phase ?? null;
  if (asked !== null && !list.includes(asked)) throw unknownPhase(asked, config);
  const index = asked !== null ? list.indexOf(asked) : list.length > 0 ? turnOf(round.number, list.length) : null;
  const name = index === null ? null : list[index] ?? null;
  return { name, index, ...settingsOf(config, name) };
}

/** The settings of every phase, for checks before the first round; one nameless entry when there are none. */
export function allPhases(config: Config): PhaseSettings[] {
  if (config.phases.list.length === 0) return [{ name: null, index: null, ...settingsOf(config, null) }];
  return config.phases.list.map((name, index) => ({ name, index, ...settingsOf(config, name) }));
}

function settingsOf(config: Config, phase: string | null): Omit<PhaseSettings, "name" | "index"> {
  const runtime = config.runtime;
  const override = phase !== null && Object.hasOwn(config.phases.overrides, phase)
    ? config.phases.overrides[phase]
    : undefined;
  return {
    walls: {
      hardSeconds: override?.roundTimeoutSeconds ?? runtime.roundTimeoutSeconds,
      firstByteSeconds: runtime.firstByteTimeoutSeconds,
      idleSeconds: runtime.idleTimeoutSeconds,
      lingerSeconds: runtime.lingerSeconds,
      stopGraceSeconds: runtime.stopGraceSeconds,
    },
    promptFiles: override?.promptFiles ?? config.prompt.files,
    disablePreRoundHooks: override?.disablePreRoundHooks ?? runtime.disablePreRoundHooks,
  };
}

function turnOf(number: number, count: number): number {
  const turn = (number - 1) % count;
  return turn < 0 ? turn + count : turn;
}

function unknownPhase(asked: string, config: Config): OperatorError {
  const list = config.phases.list;
  const guess = nearest(asked, list);
  const names = list.map((name) => `"${name}"`).join(", ");
  const fix = list.length === 0
    ? `Name the phases in [phases] list of "${config.file}"`
    : guess !== null
    ? `Did you mean "${guess}"? The phases are ${names}`
    : `Use one of ${names}`;
  return new OperatorError(`There is no phase "${asked}"`, { fix, exitCode: exitCode.usage });
}
