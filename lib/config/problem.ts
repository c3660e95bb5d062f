import type { ErrorCode } from '../base/codes/index.js';
import { RmmError } from '../base/error.js';
import { describeSource, type Source } from './located.js';

/** One thing that is wrong with a configuration; all of them are collected before anything is said. */
export interface Problem {
  readonly code: ErrorCode;
  /** The key, as in training.early_stopping.patience_epochs or input.samples[2].files[0]; '' for the whole. */
  readonly path: string;
  readonly source: Source;
  /** What was found, what was expected, what to do. */
  readonly message: string;
}

/** "analysis.yaml:4:3: training.epochs: found ..." */
export function describeProblem(problem: Problem): string {
  const place = problem.source.kind === 'default' ? '' : `${describeSource(problem.source)}: `;
  return `${place}${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`;
}

function compareProblems(a: Problem, b: Problem): number {
  if (a.source.kind !== 'file' || b.source.kind !== 'file' || a.source.file !== b.source.file) return 0;
  return a.source.line - b.source.line || a.source.column - b.source.column;
}

/** Problems in the order of the file, those from elsewhere staying where they are. */
export function orderProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(compareProblems);
}

/** One error for all problems: the code of the only one, or config_invalid with every one in its message. */
export function problemsError(problems: readonly Problem[], what: string): RmmError {
  const lines = orderProblems(problems).map(describeProblem);
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) {
    return new RmmError(only.code, lines[0]!, { context: { key: only.path, problems: lines } });
  }
  return new RmmError('config_invalid', `${problems.length} problems in ${what}:\n  ${lines.join('\n  ')}`, {
    context: { problems: lines },
  });
}
