import { createHash } from 'node:crypto';
import {
  checksOf,
  corrupt,
  type FileCheck,
  type FolderIndex,
  jsonFile,
  type NamedFile,
  parseObject,
  readFolder,
  requireFile,
} from './files.js';
import { scoreGraph } from './graph-score.js';
import { type ModelScoring, scoringFiles, scoringFromFiles } from './model-scoring.js';
import { buildNetwork, type Network } from './network.js';
import { networkFromJson, networkToJson } from './network-json.js';
import type { Scaler } from './scaler.js';
import { scalerFromJson, scalerToJson } from './scaler-json.js';
import { packTensors, unpackTensors } from './tensors-file.js';
import { inverseUsualErrors } from './usual-errors.js';

/** A finished model: everything that scoring needs, and what it was made of. */
export interface Model {
  readonly network: Network;
  readonly scaler: Scaler;
  readonly parameters: readonly Float32Array[];
  /** Usual squared error of each trained column, before the floor. */
  readonly usual: Float64Array;
  /** Share of their median below which no usual error is taken. */
  readonly usualFloor: number;
  /** What further scores are made from; absent where none was asked for. */
  readonly scoring?: ModelScoring;
  /** Feature layout, selection hash, training record, ...: plain JSON, without a time, host or absolute path. */
  readonly record: Readonly<Record<string, unknown>>;
}

interface ModelIndex extends FolderIndex {
  readonly id: string;
  readonly scaler_id: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const format = 'rmmstream-model';
const version = 1;
const indexName = 'model.json';

/** First 16 hexadecimal digits of the sha256 over names, sizes and hashes of a model's files. */
function modelIdOf(checks: Readonly<Record<string, FileCheck>>): string {
  return createHash('sha256').update(JSON.stringify(checks)).digest('hex').slice(0, 16);
}

/**
 * The files of a model folder, model.json last:
 *
 *     network.json        description, trained columns, index of weights.bin
 *     weights.bin         float32 little-endian, row-major, kernel 0, bias 0, kernel 1, ...
 *     scaler.json         the scaler with its id
 *     usual_errors.json   usual squared error of each trained column
 *     score.onnx          the score graph with an open batch dimension, for any ONNX runtime
 *     scoring.json, ...   what further scores are made from, where there are any (model-scoring.ts)
 *     model.json          id, scaler id, record, size and sha256 of every other file
 */
export function modelFiles(model: Model): { id: string; files: NamedFile[] } {
  const { network, scaler } = model;
  const weights = packTensors(network.parameters, model.parameters);
  const graph = scoreGraph(
    network,
    model.parameters,
    inverseUsualErrors(model.usual, model.usualFloor),
    'batch',
  );
  const files: NamedFile[] = [
    jsonFile('network.json', {
      ...networkToJson(network.description),
      columns: network.columns,
      weights: { file: 'weights.bin', type: 'float32', byte_order: 'little', tensors: weights.entries },
    }),
    { name: 'weights.bin', bytes: weights.bytes },
    { name: 'scaler.json', bytes: Buffer.from(scalerToJson(scaler), 'utf8') },
    jsonFile('usual_errors.json', { floor_fraction: model.usualFloor, usual: [...model.usual] }),
    { name: 'score.onnx', bytes: graph.model },
    ...(model.scoring === undefined ? [] : scoringFiles(model.scoring, network)),
  ];
  const checks = checksOf(files);
  const id = modelIdOf(checks);
  const index: ModelIndex = {
    format,
    version,
    id,
    scaler_id: scaler.id,
    record: model.record,
    files: checks,
  };
  return { id, files: [...files, jsonFile(indexName, index)] };
}

/** Names of files that every model has; its index may list more. */
export const modelFileNames = [
  indexName,
  'network.json',
  'weights.bin',
  'scaler.json',
  'usual_errors.json',
  'score.onnx',
] as const;

/** Names of all files of a model, by its index; those that every model has where it cannot be read. */
export function modelFileNamesOf(index: Uint8Array): readonly string[] {
  try {
    const { files } = parseObject(index, indexName) as Partial<ModelIndex>;
    const listed = Object.keys(files ?? {}).filter((name) => /^[a-z0-9_.]+$/.test(name));
    return [...new Set([...modelFileNames, ...listed])];
  } catch {
    return modelFileNames;
  }
}

/**
 * Reads a model folder's files back.
 * @param files those that modelFileNamesOf names
 * @param where the folder, for messages
 * @throws RmmError `model_corrupt`, `model_version_unsupported`
 */
export function modelFromFiles(
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
): { id: string; model: Model } {
  const index = readFolder<ModelIndex>(files, where, indexName, format, version);
  if (index.id !== modelIdOf(index.files))
    throw corrupt(`${where}/${indexName}: the id does not fit its files`);
  for (const name of modelFileNames) {
    if (name !== indexName && !(name in index.files))
      throw corrupt(`${where}/${indexName} does not list ${name}`);
  }
  const path = `${where}/network.json`;
  const file = parseObject(requireFile(files, where, 'network.json'), path);
  const network = buildNetwork(networkFromJson(file, path), Number(file.columns));
  const scalerText = Buffer.from(requireFile(files, where, 'scaler.json')).toString('utf8');
  const scaler = scalerFromJson(scalerText, `${where}/scaler.json`);
  if (scaler.id !== index.scaler_id || scaler.trained.length !== network.columns) {
    throw corrupt(
      `${where}: scaler ${scaler.id} trains ${scaler.trained.length} columns; the model was made with ${index.scaler_id} and ${network.columns}`,
    );
  }
  const { usual, floor_fraction: usualFloor } = parseObject(
    requireFile(files, where, 'usual_errors.json'),
    `${where}/usual_errors.json`,
  );
  if (!Array.isArray(usual) || usual.length !== network.columns) {
    throw corrupt(`${where}/usual_errors.json does not hold ${network.columns} values`);
  }
  if (typeof usualFloor !== 'number') throw corrupt(`${where}/usual_errors.json has no floor_fraction`);
  const weights = requireFile(files, where, 'weights.bin');
  const parameters = unpackTensors(weights, network.parameters, `${where}/weights.bin`);
  const scoring = scoringFromFiles(listedIn(index, files), where, network);
  const model: Model = {
    network,
    scaler,
    parameters,
    usual: Float64Array.from(usual as number[]),
    usualFloor,
    ...(scoring === undefined ? {} : { scoring }),
    record: index.record ?? {},
  };
  return { id: index.id, model };
}

/** What the index lists: a stray file beside a model is no part of it. */
function listedIn(
  { files: listed }: ModelIndex,
  files: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  return new Map([...files].filter(([name]) => name in listed));
}
