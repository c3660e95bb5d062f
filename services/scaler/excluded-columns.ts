import { type Config, nameMatcher } from '../../lib/config/index.js';
import { type IdlePattern, matchesNone } from '../trainer/feature-weights.js';

/** A column that is left out of training and of errors, as run.json names it. */
export interface ExcludedColumn {
  readonly column: string;
  /** `listed`: features.exclude_columns; `disagrees`: the shapes of data and simulation differ. */
  readonly reason: 'listed' | 'disagrees';
  /** Of `disagrees`: the p-value adjusted for the number of columns. */
  readonly p?: number;
}

/** Columns that features.exclude_columns names, in the order of the columns. */
export function listedColumns(
  { features }: Pick<Config, 'features'>,
  names: readonly string[],
): ExcludedColumn[] {
  const matchers = features.exclude_columns.map(nameMatcher);
  return names
    .filter((name) => matchers.some((matches) => matches(name)))
    .map((column) => ({ column, reason: 'listed' }));
}

/** Their places in a layout. */
export function columnNumbers(excluded: readonly ExcludedColumn[], names: readonly string[]): Set<number> {
  return new Set(excluded.map(({ column }) => names.indexOf(column)));
}

/** Patterns that match no column. */
export function idleExclusions(patterns: readonly string[], names: readonly string[]): IdlePattern[] {
  return patterns.flatMap((pattern, index) =>
    names.some(nameMatcher(pattern))
      ? []
      : [{ key: `features.exclude_columns[${index}]`, message: matchesNone(pattern, names) }],
  );
}
