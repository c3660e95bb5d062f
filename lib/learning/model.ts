import { createHash } from 'node:crypto';
import {
  checksOf,
  corrupt,
  type FolderIndex,
  jsonFile,
  type NamedFile,
  parseObject,
  readFolder,
  requireFile,
} from './files.js';
import { exportGraph } from './graph-export.js';
import { type ModelScoring, scoringFiles, scoringFromFiles } from './model-scoring.js';
import { buildNetwork, type Network } from './network.js';
import { networkFromJson, networkToJson } from './network-json.js';
import type { Scaler } from './scaler.js';
import { scalerFromJson, scalerToJson } from './scaler-json.js';
import { packTensors, unpackTensors } from './tensors-file.js';

/** The columns that a model takes, before scaling. */
export interface ModelFeatures {
  /** Name of the layout, for example "rmm/thesis/T4N5/j6b6e5m5". */
  readonly layout: string;
  /** Names of all columns, in their order. */
  readonly names: readonly string[];
  /** Settings that the columns were computed with: convention, multiplicities, ... */
  readonly settings: Readonly<Record<string, unknown>>;
}

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
  readonly features: ModelFeatures;
  /** Program, configuration, selection hash, data, losses: plain JSON, without a time, host or absolute path. */
  readonly record: Readonly<Record<string, unknown>>;
  /** The model card: Markdown for people. */
  readonly card: string;
}

interface ModelIndex extends FolderIndex {
  readonly id: string;
  readonly program: string;
  readonly scaler_id: string;
}

const format = 'rmmstream-model';
const version = 2;
export const modelIndexName = 'model.json';

/** First 16 hexadecimal digits of the sha256 over everything that the index says, the id itself aside. */
function modelIdOf({ id: _, ...rest }: ModelIndex): string {
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16);
}

/**
 * The files of a model folder, model.json last:
 *
 *     network.json        description, trained columns, index of weights.bin
 *     weights.bin         float32 little-endian, row-major, kernel 0, bias 0, kernel 1, ...
 *     scaler.json         the scaler with its id
 *     usual_errors.json   usual squared error of each trained column
 *     features.json       layout, names of all columns in order, settings that they were computed with
 *     model.onnx          unscaled features to scores, for any ONNX runtime (graph-export.ts)
 *     record.json         how the model came to be
 *     model_card.md       the same for people
 *     scoring.json, ...   what further scores are made from, where there are any (model-scoring.ts)
 *     model.json          id, program, scaler id, size and sha256 of every other file
 */
export function modelFiles(model: Model): { id: string; files: NamedFile[] } {
  const { network, scaler, features } = model;
  const program = String(model.record.program ?? 'unknown');
  const weights = packTensors(network.parameters, model.parameters);
  const files: NamedFile[] = [
    jsonFile('network.json', {
      ...networkToJson(network.description),
      columns: network.columns,
      weights: { file: 'weights.bin', type: 'float32', byte_order: 'little', tensors: weights.entries },
    }),
    { name: 'weights.bin', bytes: weights.bytes },
    { name: 'scaler.json', bytes: Buffer.from(scalerToJson(scaler), 'utf8') },
    jsonFile('usual_errors.json', { floor_fraction: model.usualFloor, usual: [...model.usual] }),
    jsonFile('features.json', {
      layout: features.layout,
      settings: features.settings,
      columns: features.names.length,
      names: features.names,
    }),
    { name: 'model.onnx', bytes: exportGraph(model, program).model },
    jsonFile('record.json', model.record),
    { name: 'model_card.md', bytes: Buffer.from(model.card, 'utf8') },
    ...(model.scoring === undefined ? [] : scoringFiles(model.scoring, network)),
  ];
  const content = { format, version, program, scaler_id: scaler.id, files: checksOf(files) };
  const id = modelIdOf({ ...content, id: '' });
  const index: ModelIndex = { ...content, id };
  return { id, files: [...files, jsonFile(modelIndexName, index)] };
}

/** Names of files that every model has; its index may list more. */
export const modelFileNames = [
  modelIndexName,
  'network.json',
  'weights.bin',
  'scaler.json',
  'usual_errors.json',
  'features.json',
  'model.onnx',
  'record.json',
  'model_card.md',
] as const;

/** Names of all files of a model, by its index; those that every model has where it cannot be read. */
export function modelFileNamesOf(index: Uint8Array): readonly string[] {
  try {
    const { files } = parseObject(index, modelIndexName) as Partial<ModelIndex>;
    const listed = Object.keys(files ?? {}).filter((name) => /^[a-z0-9_]+\.[a-z0-9_.]+$/.test(name));
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
  const index = readFolder<ModelIndex>(files, where, modelIndexName, format, version);
  // Nothing in the index escapes the id: neither what it says nor how it is written.
  const isWhole = index.id === modelIdOf(index);
  if (
    !isWhole ||
    !Buffer.from(jsonFile(modelIndexName, index).bytes).equals(requireFile(files, where, modelIndexName))
  )
    throw corrupt(`${where}/${modelIndexName}: the id does not fit what it says`);
  for (const name of modelFileNames) {
    if (name !== modelIndexName && !(name in index.files))
      throw corrupt(`${where}/${modelIndexName} does not list ${name}`);
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
  const features = readFeatures(files, where);
  if (features.names.length !== scaler.columns) {
    throw corrupt(
      `${where}: features.json names ${features.names.length} columns, the scaler has ${scaler.columns}`,
    );
  }
  const model: Model = {
    network,
    scaler,
    parameters,
    usual: Float64Array.from(usual as number[]),
    usualFloor,
    ...(scoring === undefined ? {} : { scoring }),
    features,
    record: parseObject(requireFile(files, where, 'record.json'), `${where}/record.json`),
    card: Buffer.from(requireFile(files, where, 'model_card.md')).toString('utf8'),
  };
  return { id: index.id, model };
}

function readFeatures(files: ReadonlyMap<string, Uint8Array>, where: string): ModelFeatures {
  const path = `${where}/features.json`;
  const { layout, names, settings } = parseObject(requireFile(files, where, 'features.json'), path);
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!isText(layout) || !Array.isArray(names) || !names.every(isText))
    throw corrupt(`${path} has no layout or no names of columns`);
  return { layout, names, settings: (settings ?? {}) as ModelFeatures['settings'] };
}

/** What the index lists: a stray file beside a model is no part of it. */
function listedIn(
  { files: listed }: ModelIndex,
  files: ReadonlyMap<string, Uint8Array>,
): ReadonlyMap<string, Uint8Array> {
  return new Map([...files].filter(([name]) => name in listed));
}
