import type { Config } from '../../lib/config/index.js';
import type { Activation, LayerDescription } from '../../lib/learning/network.js';
import type { SearchPlan } from '../../lib/learning/tuning/plan.js';
import type { Candidate, SearchSpace } from '../../lib/learning/tuning/space.js';

/** The space of `tune.space`. */
export function spaceOf({ tune: { space } }: Config): SearchSpace {
  return {
    activations: space.activations,
    outputActivations: space.output_activations,
    inputActivations: space.input_activations,
    slopes: space.slopes,
    learningRates: space.learning_rates,
    learningRateRange: space.learning_rate_range,
    kernelL1: space.kernel_l1,
    activityL2: space.activity_l2,
    penalised: space.penalised,
    encoder: space.encoder,
    latent: space.latent,
  };
}

/** What the budget of `tune` allows. */
export function planOf({ tune }: Config): SearchPlan {
  return {
    algorithm: tune.algorithm,
    maxEpochs: tune.max_epochs,
    factor: tune.factor,
    trials: tune.trials,
    epochs: tune.total_epochs,
    endless: tune.minutes > 0,
  };
}

/** The `network` section that describes a candidate; keys that have their defaults are left out. */
export function networkSection({ network }: Pick<Candidate, 'network'>): Record<string, unknown> {
  const output = network.layers.at(-1)!;
  const slope = slopeOf(network.inputActivation) ?? slopeOf(output.activation);
  return {
    type: 'stacked',
    input_activation: network.inputActivation.type,
    layers: network.layers.slice(0, -1).map(layerSection),
    output_activation: output.activation.type,
    ...(slope === undefined ? {} : { slope }),
  };
}

function layerSection({ units, activation, kernelL1, activityL2 }: LayerDescription) {
  const slope = slopeOf(activation);
  return {
    units,
    activation: activation.type,
    ...(slope === undefined ? {} : { slope }),
    ...((kernelL1 ?? 0) === 0 ? {} : { kernel_l1: kernelL1 }),
    ...((activityL2 ?? 0) === 0 ? {} : { activity_l2: activityL2 }),
  };
}

function slopeOf(activation: Activation): number | undefined {
  return activation.type === 'leakyrelu' ? activation.slope : undefined;
}
