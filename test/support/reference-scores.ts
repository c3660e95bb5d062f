import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Layer {
  readonly units: number | 'columns';
  readonly activation: { readonly type: string; readonly slope?: number };
}

function activate({ type, slope }: Layer['activation'], value: number): number {
  if (type === 'tanh') return Math.tanh(value);
  if (type === 'leakyrelu') return value > 0 ? value : slope! * value;
  throw new Error(`the reference knows no ${type}`);
}

/**
 * Scores of a dense feature row, in plain float64 loops, from nothing but the files of a model folder and the
 * definitions of physics.md 7 and 8 and decisions.md 1.
 */
export function referenceScorer(folder: string, floorFraction: number) {
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const scaler = json('scaler.json') as {
    columns: number;
    trained: number[];
    center: number[];
    divisor: number[];
  };
  const network = json('network.json') as {
    columns: number;
    input_activation: Layer['activation'];
    layers: Layer[];
    weights: { tensors: { name: string; dims: number[]; offset: number }[] };
  };
  const { usual } = json('usual_errors.json') as { usual: number[] };
  const bytes = readFileSync(join(folder, 'weights.bin'));
  const tensors = network.weights.tensors.map(({ dims, offset }) => {
    const size = dims.reduce((product, length) => product * length, 1);
    return Array.from({ length: size }, (_, index) => bytes.readFloatLE(offset + 4 * index));
  });
  const sorted = [...usual].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;

  const reconstruct = (x: readonly number[]): number[] => {
    let values = x.map((value) => activate(network.input_activation, value));
    network.layers.forEach((layer, number) => {
      const kernel = tensors[2 * number]!;
      const bias = tensors[2 * number + 1]!;
      values = bias.map((start, unit) => {
        let sum = start;
        for (let index = 0; index < values.length; index += 1)
          sum += values[index]! * kernel[index * bias.length + unit]!;
        return activate(layer.activation, sum);
      });
    });
    return values;
  };

  return (row: Float64Array): { error: number; error_normalised: number; error_abs: number } => {
    const scaled = Array.from(
      row,
      (value, column) => (value - scaler.center[column]!) / scaler.divisor[column]!,
    );
    const x = scaler.trained.map((column) => scaled[column]!);
    const through = reconstruct(x);
    // A column around the network is reconstructed as its usual value, which is 0 when scaled.
    const distance = scaled.slice();
    const divisor = new Float64Array(scaler.columns).fill(1);
    scaler.trained.forEach((column, index) => {
      distance[column] = x[index]! - through[index]!;
      divisor[column] = Math.max(usual[index]!, floorFraction * median);
    });
    const mean = (of: (d: number, column: number) => number) =>
      distance.reduce((sum, d, column) => sum + of(d, column), 0) / scaler.columns;
    return {
      error: mean((d) => d * d),
      error_normalised: mean((d, column) => (d * d) / divisor[column]!),
      error_abs: Math.log(mean(Math.abs)),
    };
  };
}
