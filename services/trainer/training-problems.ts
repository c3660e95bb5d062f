import { RmmError } from '../../lib/base/error.js';
import { type LoadedConfig, type Problem, problemsError, sourceOf } from '../../lib/config/index.js';
import { checkLoss } from '../../lib/learning/loss.js';
import { buildNetwork, type NetworkDescription } from '../../lib/learning/network.js';
import { idleExclusions } from '../scaler/excluded-columns.js';
import { clipOf, networkOf } from './config.js';
import { columnWeights, idlePatterns } from './feature-weights.js';

type Loaded = Pick<LoadedConfig, 'config' | 'sources'>;

/**
 * What training would refuse at its start, each at the key that a person would change.
 * @param names of all columns
 */
export function trainingProblems(loaded: Loaded, names: readonly string[]): Problem[] {
  return [
    ...featureWeightProblems(loaded, names),
    ...exclusionProblems(loaded, names),
    ...networkProblems(loaded, networkOf(loaded.config), 'network', 'training.loss.type'),
  ];
}

/** What is wrong with `training.loss.feature_weights`. @param names of all columns */
export function featureWeightProblems({ config, sources }: Loaded, names: readonly string[]): Problem[] {
  const patterns = config.training.loss.feature_weights;
  const problems = idlePatterns(patterns, names).map(({ key, message }) =>
    problem(sources, 'config_no_column', key, message),
  );
  if (problems.length > 0 || columnWeights(patterns, names).some((weight) => weight !== 0)) return problems;
  const message = 'every column has the weight 0; nothing would be learned';
  return [problem(sources, 'network_invalid', 'training.loss.feature_weights', message)];
}

/** Patterns of `features.exclude_columns` that match no column. @param names of all columns */
function exclusionProblems({ config, sources }: Loaded, names: readonly string[]): Problem[] {
  return idleExclusions(config.features.exclude_columns, names).map(({ key, message }) =>
    problem(sources, 'config_no_column', key, message),
  );
}

/** Why a network cannot be built, at one key, or does not go with the loss of `training`, at another. */
export function networkProblems(
  { config, sources }: Loaded,
  network: NetworkDescription,
  networkKey: string,
  lossKey: string,
): Problem[] {
  const { type, delta, beta } = config.training.loss;
  try {
    // Any number of columns does: which of them are trained is not known yet.
    checkLoss(buildNetwork(network, 1), { type, delta, beta }, clipOf(config));
    return [];
  } catch (error) {
    if (!(error instanceof RmmError) || error.code !== 'network_invalid') throw error;
    const key = 'loss' in error.context ? lossKey : networkKey;
    return [problem(sources, error.code, key, error.message)];
  }
}

function problem(sources: Loaded['sources'], code: Problem['code'], path: string, message: string): Problem {
  return { code, path, source: sourceOf(sources, path), message };
}

/**
 * Refuses before any work what training would refuse at its start.
 * @throws RmmError `config_no_column`, `network_invalid`, or config_invalid that lists them all
 */
export function checkTraining(loaded: Loaded, names: readonly string[]): void {
  const problems = trainingProblems(loaded, names);
  if (problems.length > 0) throw problemsError(problems, 'the configuration');
}
