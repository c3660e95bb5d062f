import type { Config } from '../../lib/config/index.js';
import type { BackendName } from '../../lib/learning/find-backend.js';
import type { ClipDescription, LossDescription } from '../../lib/learning/loss.js';
import type { Activation, LayerDescription, NetworkDescription } from '../../lib/learning/network.js';
import { networkPresets, stackedNetwork } from '../../lib/learning/network-presets.js';
import { columnWeights } from './feature-weights.js';

/** The backend that `learning.backend` names. */
export function backendChoice(config: Config): BackendName | 'auto' {
  const { backend } = config.learning;
  switch (backend) {
    case 'onnx':
      return 'onnxruntime-node';
    case 'onnx-web':
      return 'onnxruntime-web';
    default:
      return backend;
  }
}

/** The network that the `network` section describes. */
export function networkOf(config: Config): NetworkDescription {
  const { network } = config;
  if (network.type !== 'stacked') return networkPresets[network.type]!;
  const { slope, initialiser } = network;
  return stackedNetwork(
    network.layers.map((layer) => layerOf(layer, initialiser)),
    { activation: activation(network.output_activation, slope), initialiser },
    activation(network.input_activation, slope),
  );
}

function layerOf(
  layer: Config['network']['layers'][number],
  initialiser: LayerDescription['initialiser'] & string,
): LayerDescription {
  const { units, kind } = layer;
  if (kind === 'gaussian') return { units, kind, initialiser, activation: { type: 'linear' } };
  return {
    units,
    initialiser,
    activation: activation(layer.activation, layer.slope),
    kernelL1: layer.kernel_l1,
    kernelL2: layer.kernel_l2,
    activityL1: layer.activity_l1,
    activityL2: layer.activity_l2,
    dropout: layer.dropout,
  };
}

function activation(type: Activation['type'], slope: number): Activation {
  return type === 'leakyrelu' ? { type, slope } : { type };
}

/**
 * The loss of `training.loss`.
 * @param names of the trained columns' layout
 * @param trained dense columns that go through the network, in their order
 * @throws RmmError `config_no_column`
 */
export function lossOf(config: Config, names: readonly string[], trained: Iterable<number>): LossDescription {
  const { type, delta, beta, feature_weights: patterns } = config.training.loss;
  if (patterns.length === 0) return { type, delta, beta };
  const weights = columnWeights(patterns, names);
  return { type, delta, beta, featureWeights: Float32Array.from(trained, (column) => weights[column]!) };
}

export function clipOf({ training: { clip } }: Config): ClipDescription {
  return { type: clip.type, limit: clip.limit };
}

/** What a person should know of a network, its loss and its scaling that do not go together. */
export function trainingWarnings(config: Config): string[] {
  const { scaler, training } = config;
  if (scaler.type === 'minmax') return [];
  const warnings: string[] = [];
  const network = networkOf(config);
  if (network.layers.at(-1)!.activation.type === 'sigmoid')
    warnings.push(
      `network ${network.name} ends with a sigmoid, from 0 to 1, which cannot reach values of scaler.type: ${scaler.type}; set scaler.type: minmax`,
    );
  if (training.loss.type === 'bce')
    warnings.push(
      `training.loss.type: bce is meant for values from 0 to 1, but scaler.type is ${scaler.type}; set scaler.type: minmax`,
    );
  return warnings;
}
