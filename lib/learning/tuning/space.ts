import { RmmError } from '../../base/error.js';
import type { Activation, LayerDescription, NetworkDescription } from '../network.js';
import { stackedNetwork } from '../network-presets.js';
import { Random } from '../random.js';

/** Widths from `min` to `max`, both included; a `max` of 0 stands for one less than the number of trained columns. */
export interface WidthRange {
  readonly min: number;
  readonly max: number;
}

/** What stacked autoencoders are drawn from; every list holds at least one value. */
export interface SearchSpace {
  readonly activations: readonly Activation['type'][];
  readonly outputActivations: readonly Activation['type'][];
  readonly inputActivations: readonly Activation['type'][];
  readonly slopes: readonly number[];
  readonly learningRates: readonly number[];
  /** `share` of the configurations draw their rate log-uniformly from [min, max]. */
  readonly learningRateRange: { readonly min: number; readonly max: number; readonly share: number };
  readonly kernelL1: readonly number[];
  readonly activityL2: readonly number[];
  readonly penalised: 'latent' | 'hidden';
  readonly encoder: readonly WidthRange[];
  readonly latent: WidthRange;
}

/** One point of the space. */
export interface Candidate {
  readonly network: NetworkDescription;
  readonly learningRate: number;
  /** Width of the latent layer. */
  readonly latent: number;
}

/**
 * The space with every width range closed.
 * @param columns number of trained columns n; hidden layers are at most n - 1 wide
 * @throws RmmError `tune_space_invalid` naming the range
 */
export function boundSpace(space: SearchSpace, columns: number): SearchSpace {
  const most = columns - 1;
  const bound = ({ min, max }: WidthRange, key: string): WidthRange => {
    const refuse = (which: 'min' | 'max', value: number): never => {
      throw new RmmError(
        'tune_space_invalid',
        `tune.space.${key}.${which} is ${value}, but ${columns} columns are trained, so hidden layers are at most ${most} wide; expected ${which === 'max' ? `0 or at most ${most}` : `at most ${most}`}`,
        { context: { key: `tune.space.${key}.${which}`, columns: String(columns) } },
      );
    };
    if (min > most) refuse('min', min);
    if (max > most) refuse('max', max);
    return { min, max: max === 0 ? most : max };
  };
  return {
    ...space,
    encoder: space.encoder.map((range, index) => bound(range, `encoder[${index}]`)),
    latent: bound(space.latent, 'latent'),
  };
}

/**
 * The configuration number `index` of a search: follows from (seed, index) and the space, and from nothing else.
 * @param space as boundSpace gives it
 */
export function drawCandidate(space: SearchSpace, seed: number, index: number): Candidate {
  const random = new Random('tune', [seed, index]);
  const choose = <Value>(values: readonly Value[]): Value => values[random.below(values.length)]!;
  const width = ({ min, max }: WidthRange) => min + random.below(max - min + 1);
  const learningRate = drawRate(space, random);
  const slope = choose(space.slopes);
  const activation = (type: Activation['type']): Activation =>
    type === 'leakyrelu' ? { type, slope } : { type };
  const penalties = { kernelL1: choose(space.kernelL1), activityL2: choose(space.activityL2) };
  const inputActivation = activation(choose(space.inputActivations));
  const output = { activation: activation(choose(space.outputActivations)) };
  const encoder = space.encoder.map((range): LayerDescription => {
    const layer = { units: width(range), activation: activation(choose(space.activations)) };
    return space.penalised === 'hidden' ? { ...layer, ...penalties } : layer;
  });
  const latent = {
    units: width(space.latent),
    activation: activation(choose(space.activations)),
    ...penalties,
  };
  const hidden = [...encoder, latent, ...[...encoder].reverse()];
  return { network: stackedNetwork(hidden, output, inputActivation), learningRate, latent: latent.units };
}

/** Three digits say all that a learning rate has to say, and can be typed. */
function drawRate({ learningRates, learningRateRange }: SearchSpace, random: Random): number {
  const { min, max, share } = learningRateRange;
  const isFromRange = random.unit() < share;
  const at = random.unit();
  const listed = learningRates[random.below(learningRates.length)]!;
  if (!isFromRange) return listed;
  const drawn = Math.exp(Math.log(min) + at * (Math.log(max) - Math.log(min)));
  return Math.min(max, Math.max(min, Number(drawn.toPrecision(3))));
}
