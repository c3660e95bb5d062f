import { addScoreSums } from './graph-score.js';
import type { Network } from './network.js';
import { leastAbsoluteError } from './network-scores.js';
import { GraphBuilder, type OnnxGraph, type TensorSpec } from './onnx-graph.js';
import type { Scaler } from './scaler.js';
import { inverseUsualErrors } from './usual-errors.js';

/** What the exported graph is made from. */
export interface ExportParts {
  readonly network: Network;
  readonly scaler: Scaler;
  readonly parameters: readonly Float32Array[];
  readonly usual: Float64Array;
  readonly usualFloor: number;
  readonly features: { readonly layout: string; readonly names: readonly string[] };
}

/** What goes into the exported graph: rows x all columns of the features, unscaled. */
export function exportInputs(columns: number): TensorSpec[] {
  return [{ name: 'features', dims: ['batch', columns] }];
}

/** What comes out of it. */
export function exportOutputs(columns: number): TensorSpec[] {
  return [
    { name: 'error', dims: ['batch'] },
    { name: 'error_normalised', dims: ['batch'] },
    { name: 'error_abs', dims: ['batch'] },
    { name: 'reconstruction', dims: ['batch', columns] },
  ];
}

/**
 * A graph for any ONNX runtime that takes features as they are and gives the scores of the score files.
 *
 * In: `features`, float32, rows x all n columns, in the order of features.json and with its units. Out, a value a
 * row: `error`, `error_normalised`, `error_abs` (network-scores.ts); and `reconstruction`, rows x n, in the features'
 * units; of a column that goes around the network its usual value. Subtracting the centre and everything that goes
 * around the network is float64, as in expand.ts, since float32 would lose what is left of GeV values.
 * @param program version that is named as the producer
 */
export function exportGraph(parts: ExportParts, program: string): OnnxGraph {
  const { network, scaler, parameters, features } = parts;
  const { columns, trained, center, divisor } = scaler;
  const graph = new GraphBuilder('rmmstream_model');
  for (const { name, dims } of exportInputs(columns)) graph.input(name, dims);
  const centred = graph.node('Sub', [graph.cast('features', 'double'), graph.doubles(center)]);
  const scaled = graph.node('Mul', [centred, graph.doubles(divisor.map((value) => 1 / value))]);
  const pick = (from: string, indices: readonly number[]) =>
    graph.node('Gather', [from, graph.integers(indices)], { axis: { int: 1 } });
  const x = graph.cast(pick(scaled, [...trained]), 'float');
  const inverse = inverseUsualErrors(parts.usual, parts.usualFloor);
  const sums = addScoreSums(graph, network, parameters, inverse, x);

  const around = columnsAround(scaler);
  const beside =
    around.length === 0 ? undefined : { values: pick(scaled, around), axis: graph.integers([1]) };
  const meanOver = (sum: string, terms: (values: string) => string) => {
    let total = graph.cast(sum, 'double');
    if (beside !== undefined) {
      const more = graph.node('ReduceSum', [terms(beside.values), beside.axis], { keepdims: { int: 0 } });
      total = graph.node('Add', [total, more]);
    }
    return graph.node('Div', [total, graph.doubles(Float64Array.of(columns))]);
  };
  const square = (values: string) => graph.node('Mul', [values, values]);
  const absolute = (values: string) => graph.node('Abs', [values]);
  const meanAbsolute = meanOver(sums.absolutes, absolute);
  const least = graph.doubles(Float64Array.of(leastAbsoluteError));
  const results = [
    meanOver(sums.squares, square),
    meanOver(sums.normalised, square),
    graph.node('Log', [graph.node('Max', [meanAbsolute, least])]),
    reconstructed(graph, sums.reconstruction, scaler),
  ];
  for (const [index, { name, dims }] of exportOutputs(columns).entries())
    graph.output(name, dims, graph.cast(results[index]!, 'float'));
  return graph.finish({
    producerVersion: program,
    description: describe(parts, around.length),
    properties: {
      feature_layout: features.layout,
      feature_names: JSON.stringify(features.names),
      scaler: scaler.id,
      network: network.description.name,
    },
  });
}

function columnsAround({ columns, trained }: Scaler): number[] {
  const through = new Set(trained);
  return Array.from({ length: columns }, (_, column) => column).filter((column) => !through.has(column));
}

/** Adds rows x all columns in the features' units from the reconstruction of the trained ones. */
function reconstructed(graph: GraphBuilder, trained: string, scaler: Scaler): string {
  const { columns, center, divisor } = scaler;
  // A trained column is read from its place, one that goes around from a zero behind them all.
  const place = new Array<number>(columns).fill(scaler.trained.length);
  for (const [index, column] of scaler.trained.entries()) place[column] = index;
  const padding = graph.integers([0, 0, 0, 1]);
  const padded = graph.node('Pad', [graph.cast(trained, 'double'), padding]);
  const wide = graph.node('Gather', [padded, graph.integers(place)], { axis: { int: 1 } });
  const spread = graph.node('Mul', [wide, graph.doubles(divisor)]);
  return graph.node('Add', [spread, graph.doubles(center)]);
}

function describe({ network, scaler, features }: ExportParts, around: number): string {
  const { columns } = scaler;
  return [
    `Anomaly scores of particle-physics events by the autoencoder ${network.description.name}.`,
    `Input "features": float32, rows x ${columns} unscaled columns of the layout ${features.layout}; their names, in order, are in the metadata feature_names.`,
    `${scaler.trained.length} columns go through the network, ${around} around it; scaling is part of the graph.`,
    'Outputs, one value a row: "error" is the mean squared difference of scaled features and their reconstruction, "error_normalised" the same with each squared difference divided by its usual value, "error_abs" the natural logarithm of the mean absolute difference.',
    'Output "reconstruction": rows x columns, in the units of the features.',
  ].join(' ');
}
