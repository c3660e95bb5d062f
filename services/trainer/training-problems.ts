import { RmmError } from '../../lib/base/error.js';
import { type LoadedConfig, type Problem, problemsError, sourceOf } from '../../lib/config/index.js';
import { checkLoss } from '../../lib/learning/loss.js';
import { buildNetwork } from '../../lib/learning/network.js';
import { clipOf, networkOf } from './config.js';
import { columnWeights, idlePatterns } from './feature-weights.js';

type Loaded = Pick<LoadedConfig, 'config' | 'sources'>;

/**
 * What training would refuse at its start, each at the key that a person would change.
 * @param names of all columns
 */
export function trainingProblems({ config, sources }: Loaded, names: readonly string[]): Problem[] {
  const problem = (code: Problem['code'], path: string, message: string): Problem => ({
    code,
    path,
    source: sourceOf(sources, path),
    message,
  });
  const { type, delta, beta, feature_weights: patterns } = config.training.loss;
  const problems = idlePatterns(patterns, names).map(({ key, message }) =>
    problem('config_no_column', key, message),
  );
  if (problems.length === 0 && columnWeights(patterns, names).every((weight) => weight === 0)) {
    const message = 'every column has the weight 0; nothing would be learned';
    problems.push(problem('network_invalid', 'training.loss.feature_weights', message));
  }
  try {
    // Any number of columns does: which of them are trained is not known yet.
    checkLoss(buildNetwork(networkOf(config), 1), { type, delta, beta }, clipOf(config));
  } catch (error) {
    if (!(error instanceof RmmError) || error.code !== 'network_invalid') throw error;
    const path = 'loss' in error.context ? 'training.loss.type' : 'network';
    problems.push(problem(error.code, path, error.message));
  }
  return problems;
}

/**
 * Refuses before any work what training would refuse at its start.
 * @throws RmmError `config_no_column`, `network_invalid`, or config_invalid that lists them all
 */
export function checkTraining(loaded: Loaded, names: readonly string[]): void {
  const problems = trainingProblems(loaded, names);
  if (problems.length > 0) throw problemsError(problems, 'the configuration');
}
