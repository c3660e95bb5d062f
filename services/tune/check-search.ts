import { type LoadedConfig, type Problem, problemsError } from '../../lib/config/index.js';
import { stackedNetwork } from '../../lib/learning/network-presets.js';
import { featureWeightProblems, networkProblems } from '../trainer/training-problems.js';
import { spaceOf } from './config.js';

/**
 * Refuses before any work what some configuration of a search would be refused for; the section `network` is none of
 * them.
 * @param names of all columns
 * @throws RmmError `config_no_column`, `network_invalid`, or config_invalid that lists them all
 */
export function checkSearch(
  loaded: Pick<LoadedConfig, 'config' | 'sources'>,
  names: readonly string[],
): void {
  const key = 'tune.space.output_activations';
  const unfit = spaceOf(loaded.config).outputActivations.flatMap((type): Problem[] => {
    const activation = type === 'leakyrelu' ? { type, slope: 0 } : { type };
    return networkProblems(loaded, stackedNetwork([], { activation }, { type: 'linear' }), key, key);
  });
  const problems = [...featureWeightProblems(loaded, names), ...unfit];
  if (problems.length > 0) throw problemsError(problems, 'the configuration');
}
