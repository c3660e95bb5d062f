import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { MergeTree } from '../../lib/flow/merge-tree.js';
import { checksOf, jsonFile, type NamedFile, readFolder } from '../../lib/learning/files.js';
import type { ScoreNeeds } from '../../lib/learning/score-plan.js';
import { type Covariance, mergeCovariances, rowCovariance } from '../../lib/learning/scores/covariance.js';
import {
  freezeReference,
  type HighLevelReference,
  referenceFiles,
  referenceFromFiles,
} from '../../lib/learning/scores/reference.js';
import { ReferenceSample } from '../../lib/learning/scores/reference-sample.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { highLevelCount, highLevelNames } from '../../lib/physics/high-level.js';
import { split } from '../../lib/physics/identity.js';
import type { RowColumns } from '../featurizer/row-columns.js';
import { readFolderFiles, writeFolder } from '../scorer/model-folder.js';
import { damaged, type TrainingRows } from './segment.js';
import type { TrainingPart } from './training-part.js';
import { ValidationRows, validationFiles, validationFromFiles } from './validation-rows.js';

/** Where rows for scores come from: identity of a block. */
export interface ScoringSource {
  readonly sample: string;
  readonly fingerprint: string;
  readonly first: number;
}

/** A block of background as the trainer sees it once. */
export interface ScoringBlock {
  readonly source: ScoringSource;
  /** Feature rows, or scaled ones with what goes around the network. */
  readonly cells: FeatureRows & { readonly squares?: Float64Array; readonly absolutes?: Float64Array };
  readonly columns: RowColumns;
  /** rows x 15, where scores need them. */
  readonly highLevel: Float32Array | undefined;
}

/** What scores of a model are made from beside its networks; the same for any division of the work. */
export interface ScoringSample {
  readonly reference?: HighLevelReference;
  /** Validation rows in the order of a bucket, where ranks are asked for. */
  readonly validation?: ValidationSample;
}

export interface ValidationSample {
  readonly rows: TrainingRows;
  /** rows x 15 and, of scaled rows, what goes around the network; empty where not needed. */
  readonly highLevel: Float32Array;
  readonly squares: Float64Array;
  readonly absolutes: Float64Array;
}

export interface ScoringSampleOptions {
  readonly needs: ScoreNeeds;
  /** Most neighbours that a distance is averaged over. */
  readonly neighbours: number;
  readonly weighting: 'uniform' | 'abs';
  /** Draws the reference events. */
  readonly seed: number;
}

/** Gathers, while training rows are distributed, what scores are made from. */
export class ScoringCollector {
  readonly #options: ScoringSampleOptions;
  readonly #blocks: { readonly key: string; readonly covariance: Covariance }[] = [];
  readonly #sample: ReferenceSample;
  readonly #validation = new ValidationRows();

  constructor(options: ScoringSampleOptions) {
    this.#options = options;
    this.#sample = new ReferenceSample({
      // Without neighbours the reference is its moments; a row or two keep its form.
      size: Math.max(2, options.needs.referenceEvents),
      columns: highLevelCount,
      weighting: options.weighting,
      seed: options.seed,
    });
  }

  /**
   * Takes in a block; nothing is shared with it afterwards.
   * @param part what the trainer keeps of it
   * @param validation number of the megaset that holds validation rows
   */
  add(block: ScoringBlock, part: TrainingPart, validation: number): void {
    const { needs } = this.#options;
    if (needs.highLevel) this.#addReference(block);
    if (needs.ranked.length > 0) {
      const index = part.index.filter((_, kept) => part.megaset[kept] === validation);
      this.#validation.add(block, index, part.rows.source[0] ?? 0);
    }
  }

  #addReference({ source, cells: { rows }, columns, highLevel }: ScoringBlock): void {
    const mask = Uint8Array.from({ length: rows }, (_, row) =>
      columns.split[row] === split.train && columns.late[row] === 0 ? 1 : 0,
    );
    if (!mask.includes(1)) return;
    const { sample, fingerprint, first } = source;
    const key = `${sample}\n${fingerprint}\n${String(first).padStart(16, '0')}`;
    const covariance = rowCovariance(highLevel!, rows, highLevelCount, mask);
    this.#blocks.push({ key, covariance });
    const { hash_high: hashHigh, hash_low: hashLow, entry: entries, weight: weights } = columns;
    const candidates = {
      rows,
      values: highLevel!,
      hashHigh,
      hashLow,
      source: fingerprint,
      entries,
      weights,
      mask,
    };
    this.#sample.add(candidates);
  }

  /** @throws reference_too_small */
  finish(): ScoringSample {
    const { needs, neighbours } = this.#options;
    return {
      ...(needs.highLevel ? { reference: this.#reference(neighbours) } : {}),
      ...(needs.ranked.length > 0 ? { validation: this.#validation.sorted() } : {}),
    };
  }

  #reference(neighbours: number): HighLevelReference {
    // Blocks come in any order, and in parallel; their sums are taken in one (decisions.md 10).
    this.#blocks.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const tree = new MergeTree(mergeCovariances);
    for (const { covariance } of this.#blocks) tree.push(covariance);
    const moments = tree.result();
    if (moments === undefined)
      throw new RmmError('no_training_events', 'no background event was selected for training');
    return freezeReference(highLevelNames, moments, this.#sample, neighbours);
  }
}

const format = 'rmmstream-scoring-sample';
const version = 1;
const indexName = 'scoring-sample.json';

/** Keeps a sample beside the megasets: a trainer that goes on after a kill takes it as it is. */
export function saveScoringSample(megasetFolder: string, sample: ScoringSample): void {
  const { reference, validation } = sample;
  const files: NamedFile[] = [
    ...(reference === undefined ? [] : referenceFiles(reference)),
    ...(validation === undefined ? [] : validationFiles(validation)),
  ];
  const index = { format, version, files: checksOf(files) };
  writeFolder(folderIn(megasetFolder), [...files, jsonFile(indexName, index)]);
}

/** @throws partial_damaged */
export function readScoringSample(megasetFolder: string, needs: ScoreNeeds): ScoringSample {
  const folder = folderIn(megasetFolder);
  try {
    const index = readFolderFiles(folder, [indexName]);
    const names = Object.keys(JSON.parse(Buffer.from(index!.get(indexName)!).toString('utf8')).files);
    const files = readFolderFiles(folder, [indexName, ...names])!;
    readFolder(files, folder, indexName, format, version);
    return {
      ...(needs.highLevel ? { reference: referenceFromFiles(files, folder, highLevelNames) } : {}),
      ...(needs.ranked.length > 0 ? { validation: validationFromFiles(files, folder) } : {}),
    };
  } catch (error) {
    throw damaged(folder, `is not whole (${(error as Error).message})`);
  }
}

function folderIn(megasetFolder: string): string {
  return join(megasetFolder, 'scoring');
}
