import type { Activation, DenseLayer, Network } from './network.js';

/** One layer in words and numbers, for people. */
export interface LayerRow {
  readonly layer: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: string;
  /** Dropout and penalties; empty where there are none. */
  readonly options: string;
  readonly parameters: number;
}

export function describeActivation(activation: Activation): string {
  return activation.type === 'leakyrelu' ? `LeakyReLU(${activation.slope})` : activation.type;
}

/** The layers that have parameters, in their order. */
export function layerRows(network: Network): LayerRow[] {
  return network.layers.map((layer, index) => ({
    layer: layer.kind === 'gaussian' ? `${index + 1} (mean, log variance)` : String(index + 1),
    inputs: layer.inputs,
    outputs: layer.outputs,
    activation: describeActivation(layer.activation),
    options: describeOptions(layer),
    parameters: network.parameters[2 * index]!.size + network.parameters[2 * index + 1]!.size,
  }));
}

export function parameterCount({ parameters }: Network): number {
  return parameters.reduce((sum, { size }) => sum + size, 0);
}

function describeOptions({ dropout, penalties }: DenseLayer): string {
  const { kernelL1, kernelL2, activityL1, activityL2 } = penalties;
  const all = [
    ['dropout', dropout],
    ['kernel L1', kernelL1],
    ['kernel L2', kernelL2],
    ['activity L1', activityL1],
    ['activity L2', activityL2],
  ] as const;
  return all
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
