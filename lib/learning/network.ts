import { RmmError } from '../base/error.js';

/** What a layer applies to its sum. `slope` is what LeakyReLU multiplies negative values with, 0 to 1. */
export type Activation =
  | { readonly type: 'linear' | 'relu' | 'tanh' | 'sigmoid' }
  | { readonly type: 'leakyrelu'; readonly slope: number };

/** Penalties of a layer, as Keras' regularizers define them; 0 where absent. */
export interface Penalties {
  /** Added to the loss: l1 sum abs(kernel) + l2 sum kernel^2. */
  readonly kernelL1?: number;
  readonly kernelL2?: number;
  /** Added to the loss of an event: l1 sum abs(output) + l2 sum output^2, over the layer's outputs. */
  readonly activityL1?: number;
  readonly activityL2?: number;
}

/** Distributions that first kernels are drawn from, as Keras names and defines them. */
export const initialisers = ['glorot_uniform', 'glorot_normal', 'he_uniform', 'he_normal'] as const;
export type Initialiser = (typeof initialisers)[number];

/** A fully connected layer: `units` wide, or as wide as the network's input where it says 'columns'. */
export interface LayerDescription extends Penalties {
  readonly units: number | 'columns';
  readonly activation: Activation;
  /** Share of the outputs, after the activation, that a training step sets to 0; the rest is divided by 1 - dropout. */
  readonly dropout?: number;
  /**
   * `gaussian` makes it the latent layer of a variational autoencoder: linear mean and log variance of `units`
   * values, z = mean + exp(log variance / 2) eps in training, z = mean in scoring. At most one, not the last.
   */
  readonly kind?: 'dense' | 'gaussian';
  /** glorot_uniform where absent. */
  readonly initialiser?: Initialiser;
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

/**
 * One layer with its widths known; its kernel is inputs x outputs, row-major, as Keras keeps it. That of a gaussian
 * layer is inputs x 2 outputs: the columns of the mean, then those of the log variance.
 */
export interface DenseLayer {
  readonly kind: 'dense' | 'gaussian';
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly dropout: number;
  readonly penalties: Required<Penalties>;
  readonly initialiser: Initialiser;
}

/**
 * Random numbers that a training step takes, batch x width of them: standard normal for a gaussian layer; for
 * dropout 0 with probability `rate` and else 1 / (1 - rate).
 */
export interface NoiseSpec {
  readonly name: string;
  readonly layer: number;
  readonly width: number;
  readonly kind: 'normal' | 'dropout';
  /** Share that is dropped; 0 for normal. */
  readonly rate: number;
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
  /** In the order of the layers; empty for a network whose training is not random. */
  readonly noise: readonly NoiseSpec[];
}

/** Index of the gaussian layer, -1 in an autoencoder that is not variational. */
export function latentLayer({ layers }: Pick<Network, 'layers'>): number {
  return layers.findIndex(({ kind }) => kind === 'gaussian');
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
  const noise: NoiseSpec[] = [];
  let inputs = columns;
  for (const [index, layer] of description.layers.entries()) {
    const name = `layer ${index + 1} of ${description.layers.length}`;
    const outputs = layer.units === 'columns' ? columns : layer.units;
    if (!Number.isInteger(outputs) || outputs < 1 || outputs > maximumUnits) {
      refuse(`${name} is ${outputs} wide; expected a whole number from 1 to ${maximumUnits}, or "columns"`);
    }
    const fault = checkActivation(layer.activation);
    if (fault !== undefined) refuse(`${name}: ${fault}`);
    const built = buildLayer(layer, inputs, outputs);
    const layerFault = checkLayer(built, index === description.layers.length - 1);
    if (layerFault !== undefined) refuse(`${name}: ${layerFault}`);
    layers.push(built);
    const { kind, dropout } = built;
    if (kind === 'gaussian')
      noise.push({ name: `noise_${index}/eps`, layer: index, width: outputs, kind: 'normal', rate: 0 });
    if (dropout > 0)
      noise.push({
        name: `noise_${index}/keep`,
        layer: index,
        width: outputs,
        kind: 'dropout',
        rate: dropout,
      });
    const width = kind === 'gaussian' ? 2 * outputs : outputs;
    parameters.push(
      { name: `dense_${index}/kernel`, dims: [inputs, width], size: inputs * width },
      { name: `dense_${index}/bias`, dims: [width], size: width },
    );
    inputs = outputs;
  }
  if (inputs !== columns) {
    refuse(
      `the last layer is ${inputs} wide, but it must give back all ${columns} trained columns; set its units to "columns"`,
    );
  }
  const latents = layers.filter(({ kind }) => kind === 'gaussian').length;
  if (latents > 1) refuse(`it has ${latents} gaussian layers; expected at most one`);
  return { description, columns, layers, parameters, noise };
}

function buildLayer(layer: LayerDescription, inputs: number, outputs: number): DenseLayer {
  const { kernelL1 = 0, kernelL2 = 0, activityL1 = 0, activityL2 = 0 } = layer;
  return {
    kind: layer.kind ?? 'dense',
    inputs,
    outputs,
    activation: layer.activation,
    dropout: layer.dropout ?? 0,
    penalties: { kernelL1, kernelL2, activityL1, activityL2 },
    initialiser: layer.initialiser ?? 'glorot_uniform',
  };
}

function checkLayer(
  { kind, dropout, activation, penalties, initialiser }: DenseLayer,
  isLast: boolean,
): string | undefined {
  if (kind !== 'dense' && kind !== 'gaussian')
    return `unknown kind ${JSON.stringify(kind)}; expected dense or gaussian`;
  if (!initialisers.includes(initialiser))
    return `unknown initialiser ${JSON.stringify(initialiser)}; expected ${initialisers.join(', ')}`;
  if (!(dropout >= 0 && dropout < 1)) return `dropout is ${dropout}; expected 0 or more and less than 1`;
  for (const [key, value] of Object.entries(penalties))
    if (!(value >= 0 && Number.isFinite(value))) return `${key} is ${value}; expected 0 or more`;
  const { activityL1, activityL2 } = penalties;
  if (isLast && (dropout > 0 || activityL1 > 0 || activityL2 > 0))
    return 'the last layer, the reconstruction, takes neither dropout nor activity penalties';
  if (kind === 'dense') return undefined;
  if (isLast) return 'the last layer cannot be gaussian; it gives back the columns';
  if (activation.type !== 'linear') return `a gaussian layer is linear, found ${activation.type}`;
  if (dropout > 0 || Object.values(penalties).some((value) => value > 0))
    return 'a gaussian layer takes neither dropout nor penalties';
  return undefined;
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
