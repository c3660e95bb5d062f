import type { Config } from '../../lib/config/index.js';
import type { BackendName } from '../../lib/learning/backend-candidates.js';
import type { Activation, NetworkDescription } from '../../lib/learning/network.js';
import { networkPresets, stackedNetwork } from '../../lib/learning/network-presets.js';

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
  const { slope } = network;
  return stackedNetwork(
    network.layers.map(({ units }) => units),
    [
      ...network.layers.map((layer) => activation(layer.activation, layer.slope)),
      activation(network.output_activation, slope),
    ],
    activation(network.input_activation, slope),
  );
}

function activation(type: Activation['type'], slope: number): Activation {
  return type === 'leakyrelu' ? { type, slope } : { type };
}
