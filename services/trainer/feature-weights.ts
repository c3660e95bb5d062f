import { RmmError } from '../../lib/base/error.js';
import { type Config, didYouMean, nameMatcher } from '../../lib/config/index.js';

type Patterns = Config['training']['loss']['feature_weights'];

/**
 * The weight of every column in the loss: 1, or that of the last pattern that matches its name.
 * @throws RmmError `config_no_column` where a pattern matches none
 */
export function columnWeights(patterns: Patterns, names: readonly string[]): Float64Array {
  const weights = new Float64Array(names.length).fill(1);
  for (const [index, { features, weight }] of patterns.entries()) {
    const matches = nameMatcher(features);
    let matched = false;
    for (const [column, name] of names.entries()) {
      if (!matches(name)) continue;
      weights[column] = weight;
      matched = true;
    }
    if (!matched) throw noColumn(index, features, names);
  }
  return weights;
}

function noColumn(index: number, pattern: string, names: readonly string[]): RmmError {
  const key = patternKey(index);
  return new RmmError('config_no_column', `${key}: ${matchesNone(pattern, names)}`, {
    context: { key, pattern },
  });
}

/** A pattern that matches no column, with the message that says so. */
export interface IdlePattern {
  readonly key: string;
  readonly message: string;
}

export function idlePatterns(patterns: Patterns, names: readonly string[]): IdlePattern[] {
  return patterns.flatMap(({ features }, index) =>
    names.some(nameMatcher(features))
      ? []
      : [{ key: patternKey(index), message: matchesNone(features, names) }],
  );
}

function patternKey(index: number): string {
  return `training.loss.feature_weights[${index}].features`;
}

/** What a pattern without a column is told. */
export function matchesNone(pattern: string, names: readonly string[]): string {
  const some = `${names.slice(0, 5).join(' ')} ...`;
  return `${JSON.stringify(pattern)} matches none of the ${names.length} columns (${some})${didYouMean(pattern, names)}`;
}
