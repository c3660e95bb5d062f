import { RmmError } from '../base/error.js';

/** What a layer applies to its sum. `slope` is what LeakyReLU multiplies negative values with, 0 to 1. */
export type Activation =
  | { readonly type: 'linear' | 'relu' | 'tanh' | 'sigmoid' }
  | { readonly type: 'leakyrelu'; readonly slope: number };

/** A fully connected layer: `units` wide, or as wide as the network's input where it says 'columns'. */
export interface LayerDescription {
  readonly units: number | 'columns';
  readonly activation: Activation;
}

/**
 * An autoencoder as data. `inputActivation` acts on the scaled input itself, before the first weights; the
 * target of the reconstruction is the scaled input without it.
 */
export interface NetworkDescription {
  readonly name: string;
  readonly inputActivation: Activation;
  readonly layers: readonly LayerDescription[];
}

/** One layer with its widths known; its kernel is inputs x outputs, row-major, as Keras keeps it. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
}

/** Name and shape of one parameter tensor. */
export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
  readonly size: number;
}

/** A description bound to a number of input columns. Parameters come in the order kernel 0, bias 0, kernel 1, ... */
export interface Network {
  readonly description: NetworkDescription;
  readonly columns: number;
  readonly layers: readonly DenseLayer[];
  readonly parameters: readonly ParameterSpec[];
}

/** Wider layers are refused: at this width one kernel with its two moments takes 3 GB. */
export const maximumUnits = 16_384;
/** More layers are refused; nothing in the field comes near it. */
export const maximumLayers = 64;

/**
 * Binds a description to `columns` trained columns.
 * @throws RmmError `network_invalid` naming the layer and what was expected
 */
export function buildNetwork(description: NetworkDescription, columns: number): Network {
  const where = `network ${JSON.stringify(description.name)}`;
  const refuse = (what: string): never => {
    throw new RmmError('network_invalid', `${where}: ${what}`, { context: { network: description.name } });
  };
  if (!Number.isInteger(columns) || columns < 1 || columns > maximumUnits) {
    refuse(`the number of trained columns is ${columns}; expected 1 to ${maximumUnits}`);
  }
  if (description.layers.length === 0) refuse('it has no layers; at least an output layer is needed');
  if (description.layers.length > maximumLayers) {
    refuse(`it has ${description.layers.length} layers; at most ${maximumLayers} are supported`);
  }
  const activationFault = checkActivation(description.inputActivation);
  if (activationFault !== undefined) refuse(`input activation: ${activationFault}`);

  const layers: DenseLayer[] = [];
  const parameters: ParameterSpec[] = [];
  let inputs = columns;
  for (const [index, layer] of description.layers.entries()) {
    const name = `layer ${index + 1} of ${description.layers.length}`;
    const outputs = layer.units === 'columns' ? columns : layer.units;
    if (!Number.isInteger(outputs) || outputs < 1 || outputs > maximumUnits) {
      refuse(`${name} is ${outputs} wide; expected a whole number from 1 to ${maximumUnits}, or "columns"`);
    }
    const fault = checkActivation(layer.activation);
    if (fault !== undefined) refuse(`${name}: ${fault}`);
    layers.push({ inputs, outputs, activation: layer.activation });
    parameters.push(
      { name: `dense_${index}/kernel`, dims: [inputs, outputs], size: inputs * outputs },
      { name: `dense_${index}/bias`, dims: [outputs], size: outputs },
    );
    inputs = outputs;
  }
  if (inputs !== columns) {
    refuse(
      `the last layer is ${inputs} wide, but it must give back all ${columns} trained columns; set its units to "columns"`,
    );
  }
  return { description, columns, layers, parameters };
}

function checkActivation(activation: Activation): string | undefined {
  switch (activation.type) {
    case 'linear':
    case 'relu':
    case 'tanh':
    case 'sigmoid':
      return undefined;
    case 'leakyrelu':
      return activation.slope >= 0 && activation.slope <= 1
        ? undefined
        : `the slope of leakyrelu is ${activation.slope}; expected a number from 0 to 1`;
    default:
      return `unknown activation ${JSON.stringify((activation as { type: unknown }).type)}; expected linear, relu, leakyrelu, tanh or sigmoid`;
  }
}
