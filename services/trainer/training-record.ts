import { createHash } from 'node:crypto';
import { packageVersion } from '../../lib/base/package-root.js';
import {
  type Config,
  canonicalJson,
  type JsonValue,
  type Profile,
  resultConfig,
  selectionHash,
} from '../../lib/config/index.js';
import type { ModelFeatures } from '../../lib/learning/model.js';
import type { EpochResult } from '../../lib/learning/train-megaset.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import type { EpochPlace, Trained } from './train.js';

/** A background file whose events may have been trained on, and how many of its entries were read. */
export interface BackgroundFile {
  readonly sample: string;
  readonly fingerprint: string;
  readonly entries: number;
}

/** What a model was made from. */
export interface DataRecord {
  /** sha256 over the rest of this record and the rows of every megaset: the same training data, the same value. */
  readonly fingerprint: string;
  readonly split_salt: number;
  readonly train_fraction: number;
  readonly validation_fraction: number;
  /** By sample and fingerprint: neither names of files nor their order matter. */
  readonly files: readonly BackgroundFile[];
}

/** What a model folder says of how it was made; run.json repeats a part of it. */
export interface TrainingRecord {
  readonly program: string;
  readonly configuration_hash: string;
  readonly selection_hash: string;
  readonly feature_layout: string;
  /** Sections of the configuration that scoring needs again. */
  readonly settings: Pick<Config, 'luminosity_fb' | 'selection' | 'features' | 'training' | 'scores'>;
  readonly configuration: unknown;
  readonly profile: Profile;
  readonly backend: { readonly name: string; readonly version: string };
  readonly data: DataRecord;
  /** Number of the generation in a run without end. */
  readonly generation?: number;
  readonly training: {
    readonly rows: number;
    readonly validation_rows: number;
    readonly megasets: readonly number[];
    readonly epochs: readonly EpochResult[];
    /** The epoch with the least loss, and the one whose weights the model has (training.keep). */
    readonly best?: EpochPlace;
    readonly kept?: EpochPlace;
  };
}

/** What a record is made from. */
export interface RecordParts {
  readonly config: Config;
  readonly profile: Profile;
  readonly configurationHash: string;
  readonly featureLayout: FeatureLayout;
  readonly backgroundFiles: readonly BackgroundFile[];
  readonly generation?: number;
  readonly backend: TrainingRecord['backend'];
  readonly trained: Pick<Trained, 'epochs' | 'best' | 'kept'>;
  /** Of every megaset, those of validation last. */
  readonly rows: readonly number[];
}

/** The record of a training. */
export function trainingRecord(parts: RecordParts): TrainingRecord {
  const { config, profile, configurationHash, featureLayout, backend, trained, rows } = parts;
  const { luminosity_fb, selection, features, training } = config;
  const result = resultConfig({ ...config, input: { ...config.input, samples: [] } });
  return {
    program: packageVersion,
    configuration_hash: configurationHash,
    selection_hash: selectionHash(selection, profile),
    feature_layout: featureLayout.id,
    // Scores without the options that others of them have.
    settings: {
      luminosity_fb,
      selection,
      features,
      training,
      scores: result.scores as unknown as Config['scores'],
    },
    configuration: result,
    profile,
    backend: { name: backend.name, version: backend.version },
    data: dataRecord(parts.backgroundFiles, training, rows),
    ...(parts.generation === undefined ? {} : { generation: parts.generation }),
    training: {
      rows: rows.slice(0, -1).reduce((sum, count) => sum + count, 0),
      validation_rows: rows.at(-1) ?? 0,
      megasets: rows.slice(0, -1),
      epochs: trained.epochs,
      ...(trained.best === undefined ? {} : { best: trained.best }),
      ...(trained.kept === undefined ? {} : { kept: trained.kept }),
    },
  };
}

/** @param rows of every megaset, those of validation last */
export function dataRecord(
  files: readonly BackgroundFile[],
  { split_salt, train_fraction, validation_fraction }: Config['training'],
  rows: readonly number[],
): DataRecord {
  const sorted = files
    .map(({ sample, fingerprint, entries }) => ({ sample, fingerprint, entries }))
    .sort((a, b) => compare(a.sample, b.sample) || compare(a.fingerprint, b.fingerprint));
  const content = { split_salt, train_fraction, validation_fraction, files: sorted };
  const hashed = canonicalJson({ ...content, rows: [...rows] } as unknown as JsonValue);
  return { fingerprint: createHash('sha256').update(hashed).digest('hex'), ...content };
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a model says of its columns: all settings that decide what they hold. */
export function modelFeatures(features: Config['features'], layout: FeatureLayout): ModelFeatures {
  return { layout: layout.id, names: layout.names, settings: columnSettings(features) };
}

/** The part of the `features` section that decides what the columns are, and not how they are scaled. */
export function columnSettings(features: Config['features']): ModelFeatures['settings'] {
  const { type, convention, multiplicities, c, divide_by_sqrt_s, sqrt_s_gev, met_min_gev } = features;
  if (type !== 'rmm') return { type };
  const energy = divide_by_sqrt_s ? { sqrt_s_gev } : {};
  return { type, convention, multiplicities, c, divide_by_sqrt_s, ...energy, met_min_gev };
}
