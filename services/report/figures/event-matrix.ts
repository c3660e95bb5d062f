import type { FeatureNames } from '../cells-model.js';
import { matrixSvg } from './matrix.js';
import { logRange } from './matrix-scale.js';

/** Powers of ten that a colour scale covers. */
const decades = 4;

/** Unit of energies in the matrix. */
export function energyUnit(matrix: NonNullable<FeatureNames['matrix']>): string {
  return matrix.options.sqrtSGev > 0 ? 'sqrt(s)' : 'GeV';
}

/**
 * The matrix of one event: energies and masses from indigo to green, h and imbalances from magenta to orange.
 * @param values unscaled, by column @param marked columns with a frame
 */
export function eventMatrixSvg(
  id: string,
  values: Float32Array,
  { layout, meanings, matrix }: FeatureNames & { readonly matrix: NonNullable<FeatureNames['matrix']> },
  marked: readonly number[],
): string {
  const isEnergy = (column: number) => layout.kinds[column] === 'gev';
  const isOther = (column: number) => !isEnergy(column);
  const rangeOf = (holds: (column: number) => boolean) =>
    logRange(
      [...values].filter((_, column) => holds(column)),
      decades,
    ) ?? { low: 0.1, high: 1 };
  const unit = energyUnit(matrix);
  return matrixSvg(id, {
    slots: matrix.slotNames,
    starts: matrix.firstSlots,
    values,
    scales: [
      { ...rangeOf(isEnergy), label: unit, colours: 'cool', holds: isEnergy },
      { ...rangeOf(isOther), label: 'h', colours: 'warm', holds: isOther },
    ],
    marked,
    title: (column) =>
      `${meanings[column]}: ${values[column]!.toPrecision(3)}${isEnergy(column) ? ` ${unit}` : ''}`,
  });
}
