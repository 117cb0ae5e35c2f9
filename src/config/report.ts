// Words for what is wrong with a configuration: two lines for each problem, and one error for all of them.
import type { Problem } from "../core/config.ts";
import { exitCode, OperatorError } from "../core/errors.ts";

/** Two lines: where and what is wrong, and how to mend it. */
export function spellProblem(problem: Problem, file: string): string {
  return `${spellFinding(problem, file)}\n  fix: ${problem.fix}`;
}

/** One line for something that is odd but can be used. */
export function spellWarning(problem: Problem, file: string): string {
  return `warning: ${spellFinding(problem, file)}. ${problem.fix}`;
}

/** One error that carries all problems of a file; exit code 78. */
export function configError(file: string, problems: readonly Problem[]): OperatorError {
  const [first, ...others] = problems;
  if (first === undefined) throw new Error("configError() needs at least one problem");
  if (others.length === 0) {
    return new OperatorError(spellFinding(first, file), { fix: first.fix, exitCode: exitCode.config });
  }
  const details = problems.map((problem) => spellProblem(problem, file)).join("\n");
  return new OperatorError(`"${file}" has ${problems.length} problems\n${details}`, {
    fix: "Mend them and try again; `agent-runner config check` tests the file without starting anything",
    exitCode: exitCode.config,
  });
}

function spellFinding(problem: Problem, file: string): string {
  const place = problem.line === null ? file : `${file}:${problem.line}`;
  const key = problem.key === "" ? "" : `${problem.key}: `;
  return `${place}: ${key}found ${problem.found}, wanted ${problem.wanted}`;
}
