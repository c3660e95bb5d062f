import { RmmError } from '../base/error.js';
import type { TrainerState } from './backend.js';
import {
  checksOf,
  corrupt,
  type FolderIndex,
  jsonFile,
  type NamedFile,
  readFolder,
  requireFile,
} from './files.js';
import { buildNetwork, type Network } from './network.js';
import { networkFromJson, networkToJson } from './network-json.js';
import { packTensors, unpackTensors } from './tensors-file.js';
import type { LoopState } from './train-megaset.js';

/** What a checkpoint must agree with, or resuming it would not give the same bits. */
export interface CheckpointOrigin {
  readonly configurationHash: string;
  readonly scalerId: string;
  readonly backend: { readonly name: string; readonly version: string };
}

/** The megaset that training is in. Every shuffle is drawn from these and the epoch. */
export interface TrainingPosition {
  readonly seed: number;
  readonly pass: number;
  readonly megaset: number;
}

/** The epoch after which the watched loss was least, with the weights as they then were. */
export interface BestModel {
  readonly pass: number;
  readonly megaset: number;
  readonly epoch: number;
  readonly loss: number;
  readonly parameters: readonly Float32Array[];
}

export interface Checkpoint extends CheckpointOrigin {
  readonly network: Network;
  readonly state: TrainerState;
  readonly position: TrainingPosition;
  /** How far it is in that megaset. */
  readonly loop: LoopState;
  /** Absent before the first epoch has ended. */
  readonly best?: BestModel;
  /** Losses so far and whatever else goes into the training record: plain JSON. */
  readonly record: Readonly<Record<string, unknown>>;
}

interface CheckpointIndex extends FolderIndex {
  readonly configuration_hash: string;
  readonly scaler_id: string;
  readonly backend: { readonly name: string; readonly version: string };
  readonly network: unknown;
  readonly columns: number;
  readonly step: number;
  readonly position: TrainingPosition;
  readonly loop: LoopState;
  readonly best?: Omit<BestModel, 'parameters'>;
  readonly record: Readonly<Record<string, unknown>>;
}

const format = 'rmmstream-checkpoint';
const version = 2;
const indexName = 'checkpoint.json';
const parts = ['weights.bin', 'adam_first.bin', 'adam_second.bin', 'best_weights.bin'] as const;

/** Names of the files to read before checkpointFromFiles. */
export const checkpointFileNames = [indexName, ...parts] as const;

/**
 * The files of a checkpoint folder: every weight and both Adam moments (float32 little-endian, in the
 * network's order), the weights of the best epoch (empty before the first has ended), and checkpoint.json last, with
 * everything else and the sha256 of the others.
 */
export function checkpointFiles(checkpoint: Checkpoint): NamedFile[] {
  const { network, state, best } = checkpoint;
  const tensors = [state.parameters, state.first, state.second, best?.parameters];
  const files = parts.map((name, index) => {
    const values = tensors[index];
    return {
      name,
      bytes: values === undefined ? new Uint8Array() : packTensors(network.parameters, values).bytes,
    };
  });
  const index: CheckpointIndex = {
    format,
    version,
    configuration_hash: checkpoint.configurationHash,
    scaler_id: checkpoint.scalerId,
    backend: checkpoint.backend,
    network: networkToJson(network.description),
    columns: network.columns,
    step: state.step,
    position: checkpoint.position,
    loop: checkpoint.loop,
    ...(best === undefined ? {} : { best: withoutParameters(best) }),
    record: checkpoint.record,
    files: checksOf(files),
  };
  return [...files, jsonFile(indexName, index)];
}

/**
 * Reads a checkpoint folder's files back.
 * @throws RmmError `model_corrupt`, `model_version_unsupported`
 */
export function checkpointFromFiles(files: ReadonlyMap<string, Uint8Array>, where: string): Checkpoint {
  const index = readFolder<CheckpointIndex>(files, where, indexName, format, version);
  for (const name of parts) {
    if (!(name in index.files)) throw corrupt(`${where}/${indexName} does not list ${name}`);
  }
  const path = `${where}/${indexName}`;
  const network = buildNetwork(networkFromJson(index.network, path), index.columns);
  const read = (name: string) =>
    unpackTensors(requireFile(files, where, name), network.parameters, `${where}/${name}`);
  if (!Number.isInteger(index.step) || index.step < 0) {
    throw corrupt(`${path} has no usable "step" (${String(index.step)})`);
  }
  const { position, loop, best } = index;
  const counters = [position?.seed, position?.pass, position?.megaset, loop?.epoch, loop?.batch];
  if (!counters.every(Number.isInteger)) throw corrupt(`${path} has no usable "position" and "loop"`);
  const numbers = [loop.lossSum, loop.stopping?.bestEpoch, loop.plateau?.rate];
  if (!numbers.every(Number.isFinite)) throw corrupt(`${path} has no usable "loop"`);
  if (best !== undefined && !Number.isFinite(best.loss)) throw corrupt(`${path} has no usable "best"`);
  return {
    configurationHash: String(index.configuration_hash),
    scalerId: String(index.scaler_id),
    backend: { name: String(index.backend?.name), version: String(index.backend?.version) },
    network,
    state: {
      parameters: read('weights.bin'),
      first: read('adam_first.bin'),
      second: read('adam_second.bin'),
      step: index.step,
    },
    position,
    loop,
    ...(best === undefined ? {} : { best: { ...best, parameters: read('best_weights.bin') } }),
    record: index.record ?? {},
  };
}

function withoutParameters({ parameters: _, ...best }: BestModel): Omit<BestModel, 'parameters'> {
  return best;
}

/**
 * Refuses a checkpoint that would not go on exactly where it stopped.
 * @throws RmmError `checkpoint_mismatch` naming what differs
 */
export function checkCheckpoint(checkpoint: CheckpointOrigin, expected: CheckpointOrigin): void {
  const name = (origin: CheckpointOrigin) => `${origin.backend.name} ${origin.backend.version}`;
  const differences: [string, string, string][] = [
    ['configuration', checkpoint.configurationHash, expected.configurationHash],
    ['scaler', checkpoint.scalerId, expected.scalerId],
    ['backend', name(checkpoint), name(expected)],
  ];
  for (const [what, found, wanted] of differences) {
    if (found === wanted) continue;
    throw new RmmError(
      'checkpoint_mismatch',
      `the checkpoint was made with the ${what} ${found}, but this run has ${wanted}; resume with the same, or start over with --fresh`,
      { context: { what, found, expected: wanted } },
    );
  }
}
