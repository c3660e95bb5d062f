import { diffConfig, type JsonObject, type JsonValue } from '../../lib/config/index.js';
import { networkToJson } from '../../lib/learning/network-json.js';
import { featureDifferences } from '../scorer/model-fit.js';
import type { LoadedModel } from '../scorer/model-folder.js';
import type { TrainingRecord } from '../trainer/training-record.js';

/** Two numbers of two models. */
export interface Pair<Value> {
  readonly first: Value;
  readonly second: Value;
}

/** The weight that differs most. */
export interface WeightDifference {
  readonly tensor: string;
  /** Index in the tensor, row-major. */
  readonly index: number;
  readonly difference: number;
  readonly first: number;
  readonly second: number;
}

/** What differs between two models; lists are empty where nothing does. */
export interface Comparison {
  readonly first: string;
  readonly second: string;
  /** Whether they are one and the same. */
  readonly same: boolean;
  /** Lines "training.epochs: 10 -> 20". */
  readonly configuration: readonly string[];
  readonly profile: readonly string[];
  readonly program: readonly string[];
  readonly columns: readonly string[];
  readonly network: readonly string[];
  readonly scaler: readonly string[];
  readonly data: readonly string[];
  readonly training: {
    readonly rows: Pair<number | undefined>;
    readonly epochs: Pair<number | undefined>;
    readonly loss: Pair<number | undefined>;
    readonly validation_loss: Pair<number | undefined>;
  };
  /** Undefined where the networks are not of the same shape. */
  readonly weights: WeightDifference | undefined;
}

/** Compares two models, whatever they have in common. */
export function compareModels(first: LoadedModel, second: LoadedModel): Comparison {
  const [a, b] = [first.model, second.model];
  const [one, other] = [recordOf(first), recordOf(second)];
  const lastOf = ({ training }: Partial<TrainingRecord>) => training?.epochs.at(-1);
  const pair = <Value>(of: (record: Partial<TrainingRecord>) => Value): Pair<Value> => ({
    first: of(one),
    second: of(other),
  });
  const names = [`model ${first.id}`, `model ${second.id}`] as const;
  return {
    first: first.id,
    second: second.id,
    same: first.id === second.id,
    configuration: difference(one.configuration, other.configuration),
    profile: difference(one.profile, other.profile),
    program: difference(programOf(one), programOf(other)),
    // Settings of columns are part of the configuration.
    columns: featureDifferences({ ...a.features, settings: {} }, { ...b.features, settings: {} }, names),
    network: difference(networkOf(first), networkOf(second)),
    scaler: scalerDifferences(first, second),
    data: difference(dataOf(one), dataOf(other)),
    training: {
      rows: pair(({ training }) => training?.rows),
      epochs: pair(({ training }) => training?.epochs.length),
      loss: pair((record) => lastOf(record)?.loss),
      validation_loss: pair((record) => lastOf(record)?.validationLoss),
    },
    weights: largestDifference(first, second),
  };
}

function recordOf({ model }: LoadedModel): Partial<TrainingRecord> {
  return model.record as unknown as Partial<TrainingRecord>;
}

function difference(before: unknown, after: unknown): string[] {
  return diffConfig((before ?? {}) as JsonValue, (after ?? {}) as JsonValue);
}

function programOf({ program, backend }: Partial<TrainingRecord>): JsonObject {
  return { rmmstream: program ?? '', backend: `${backend?.name} ${backend?.version}` };
}

function networkOf({ model: { network } }: LoadedModel): JsonObject {
  const { layers, ...rest } = networkToJson(network.description);
  const named = layers.map((layer, index) => ({ name: `layer ${index + 1}`, ...layer }));
  return { ...rest, columns: network.columns, layers: named } as unknown as JsonObject;
}

/** Files by their fingerprint: a name of a sample may be anything. */
function dataOf({ data, training }: Partial<TrainingRecord>): JsonObject {
  if (data === undefined) return {};
  const { files, fingerprint: _, ...split } = data;
  const named = files.map(({ fingerprint, sample, entries }) => ({
    name: `${sample} ${fingerprint.slice(0, 12)}`,
    entries,
  }));
  return { ...split, files: named, rows: training?.rows ?? 0 } as unknown as JsonObject;
}

function scalerDifferences({ model: { scaler: a } }: LoadedModel, { model: { scaler: b } }: LoadedModel) {
  const lines = difference(
    { ...a.options, rows: a.rows, columns: a.columns, trained: a.trained.length },
    { ...b.options, rows: b.rows, columns: b.columns, trained: b.trained.length },
  );
  if (a.columns !== b.columns || a.id === b.id) return lines;
  let moved = 0;
  for (let column = 0; column < a.columns; column++)
    if (a.center[column] !== b.center[column] || a.divisor[column] !== b.divisor[column]) moved += 1;
  const passages = difference([...a.trained], [...b.trained]).length;
  if (passages > 0) lines.push('other columns go through the network');
  if (moved > 0) lines.push(`${moved} of ${a.columns} columns have another centre or divisor`);
  return lines;
}

function largestDifference(
  { model: a }: LoadedModel,
  { model: b }: LoadedModel,
): WeightDifference | undefined {
  const shapes = ({ network }: LoadedModel['model']) =>
    network.parameters.map(({ dims }) => dims.join('x')).join();
  if (shapes(a) !== shapes(b)) return undefined;
  let largest: WeightDifference = {
    tensor: a.network.parameters[0]!.name,
    index: 0,
    difference: -1,
    first: 0,
    second: 0,
  };
  for (const [number, { name }] of a.network.parameters.entries()) {
    const [one, other] = [a.parameters[number]!, b.parameters[number]!];
    for (let index = 0; index < one.length; index++) {
      const apart = Math.abs(one[index]! - other[index]!);
      if (apart > largest.difference)
        largest = { tensor: name, index, difference: apart, first: one[index]!, second: other[index]! };
    }
  }
  return largest;
}
