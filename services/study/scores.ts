import { type Config, scoreColumnNames } from '../../lib/config/index.js';
import type { AlteredTask } from './plan.js';

type Scores = Config['scores'];

const networkScores: readonly string[] = ['error', 'error_normalised', 'error_abs'];

/**
 * The scores that a study can compare. Where columns change places an event has objects no more, and what is made
 * of objects (the 15 high-level features, and ranks of scores of them) has no meaning.
 */
export function comparableScores(
  scores: Scores,
  study: AlteredTask['study'],
): { readonly kept: Scores; readonly columns: readonly string[] } {
  const isSwapped = study === 'shuffling' || study === 'dummy';
  const kept = isSwapped ? scores.filter(({ type }) => networkScores.includes(type)) : scores;
  return { kept, columns: scoreColumnNames({ scores: kept }) };
}
