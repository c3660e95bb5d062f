import { corrupt } from './files.js';
import type { Activation, Initialiser, LayerDescription, NetworkDescription } from './network.js';

/** One layer of a NetworkFile; a key that has its default is left out. */
interface LayerFile {
  readonly units: number | 'columns';
  readonly activation: Activation;
  readonly kind?: LayerDescription['kind'];
  readonly initialiser?: LayerDescription['initialiser'];
  readonly dropout?: number;
  readonly kernel_l1?: number;
  readonly kernel_l2?: number;
  readonly activity_l1?: number;
  readonly activity_l2?: number;
}

/** The part of network.json that describes the network itself. */
export interface NetworkFile {
  readonly name: string;
  readonly input_activation: Activation;
  readonly layers: readonly LayerFile[];
}

/** Numbers of a layer, all 0 by default, with their keys in the file. */
const numberKeys = {
  dropout: 'dropout',
  kernelL1: 'kernel_l1',
  kernelL2: 'kernel_l2',
  activityL1: 'activity_l1',
  activityL2: 'activity_l2',
} as const;
const numberNames = Object.keys(numberKeys) as (keyof typeof numberKeys)[];

export function networkToJson(description: NetworkDescription): NetworkFile {
  return {
    name: description.name,
    input_activation: description.inputActivation,
    layers: description.layers.map(layerToJson),
  };
}

function layerToJson(layer: LayerDescription): LayerFile {
  const { units, activation, kind = 'dense', initialiser = 'glorot_uniform' } = layer;
  const numbers = numberNames.filter((name) => (layer[name] ?? 0) !== 0);
  return {
    units,
    activation,
    ...(kind === 'dense' ? {} : { kind }),
    ...(initialiser === 'glorot_uniform' ? {} : { initialiser }),
    ...Object.fromEntries(numbers.map((name) => [numberKeys[name], layer[name]])),
  };
}

/**
 * Reads a description; its values are checked when the network is built.
 * @throws RmmError `model_corrupt` where it has not the form of one
 */
export function networkFromJson(value: unknown, where: string): NetworkDescription {
  const file = object(value, where);
  if (typeof file.name !== 'string') throw corrupt(`${where}: "name" is not a string`);
  if (!Array.isArray(file.layers)) throw corrupt(`${where}: "layers" is not a list`);
  return {
    name: file.name,
    inputActivation: activationFromJson(file.input_activation, `${where}: input_activation`),
    layers: file.layers.map((item: unknown, index) => layerFromJson(item, `${where}: layer ${index}`)),
  };
}

function layerFromJson(value: unknown, where: string): LayerDescription {
  const layer = object(value, where);
  const { units, kind, initialiser } = layer;
  if (units !== 'columns' && typeof units !== 'number') {
    throw corrupt(`${where} has the units ${JSON.stringify(units)}`);
  }
  const numbers: Partial<Record<keyof typeof numberKeys, number>> = {};
  for (const name of numberNames) {
    const found = layer[numberKeys[name]];
    if (found === undefined) continue;
    if (typeof found !== 'number') throw corrupt(`${where}: "${numberKeys[name]}" is not a number`);
    numbers[name] = found;
  }
  return {
    units,
    activation: activationFromJson(layer.activation, where),
    ...(kind === undefined ? {} : { kind: kind as 'dense' | 'gaussian' }),
    ...(initialiser === undefined ? {} : { initialiser: initialiser as Initialiser }),
    ...numbers,
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
