import { corrupt } from './files.js';
import type { Activation, LayerDescription, NetworkDescription } from './network.js';

/** The part of network.json that describes the network itself. */
export interface NetworkFile {
  readonly name: string;
  readonly input_activation: Activation;
  readonly layers: readonly LayerDescription[];
}

export function networkToJson(description: NetworkDescription): NetworkFile {
  return {
    name: description.name,
    input_activation: description.inputActivation,
    layers: description.layers.map(({ units, activation }) => ({ units, activation })),
  };
}

/**
 * Reads a description; widths and activations are checked when the network is built.
 * @throws RmmError `model_corrupt` where it has not the form of one
 */
export function networkFromJson(value: unknown, where: string): NetworkDescription {
  const file = object(value, where);
  if (typeof file.name !== 'string') throw corrupt(`${where}: "name" is not a string`);
  if (!Array.isArray(file.layers)) throw corrupt(`${where}: "layers" is not a list`);
  return {
    name: file.name,
    inputActivation: activationFromJson(file.input_activation, `${where}: input_activation`),
    layers: file.layers.map((item: unknown, index) => {
      const layer = object(item, `${where}: layer ${index}`);
      const { units } = layer;
      if (units !== 'columns' && typeof units !== 'number') {
        throw corrupt(`${where}: layer ${index} has the units ${JSON.stringify(units)}`);
      }
      return { units, activation: activationFromJson(layer.activation, `${where}: layer ${index}`) };
    }),
  };
}

function activationFromJson(value: unknown, where: string): Activation {
  const { type, slope } = object(value, where);
  switch (type) {
    case 'linear':
    case 'relu':
    case 'tanh':
    case 'sigmoid':
      return { type };
    case 'leakyrelu':
      if (typeof slope !== 'number') throw corrupt(`${where}: leakyrelu has no slope`);
      return { type, slope };
    default:
      throw corrupt(`${where}: unknown activation ${JSON.stringify(type)}`);
  }
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(`${where} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}
