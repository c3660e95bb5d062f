import type { BlockSource } from '../../lib/flow/block-source.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { GenerationLog } from './generation-log.js';
import type { Ending, ProgressRecord, RecordOf } from './progress-records.js';
import { SharedParts } from './shared-parts.js';
import type { DataTopic } from './topics.js';

export type PlannedFile = RecordOf<'file'> & {
  /** Number of its first block among the blocks of all files. */
  readonly firstBlock: number;
  readonly blocks: number;
};

/** Where a model comes into force in a partition of `scaled`. */
export type Applies = RecordOf<'applies'>;

/**
 * What the records of `progress` say together. Every reader that has seen the same records has the same state,
 * so a record that comes too late (of a copy that was taken for dead) is passed over by all alike.
 */
export class RunState {
  run: RecordOf<'run'> | undefined;
  readonly files: PlannedFile[] = [];
  planned: RecordOf<'planned'> | undefined;
  scaler: RecordOf<'scaler'> | undefined;
  readonly generations = new GenerationLog();
  readonly models: RecordOf<'model'>[] = [];
  finished: RecordOf<'finished'> | undefined;
  /** Messages that were written again from the dead letters, in order. */
  readonly redrives: RecordOf<'redriven'>[] = [];
  /** The last failure and where it stands in the log: a service that started later does not end with it. */
  failed: (RecordOf<'failed'> & { readonly at: number }) | undefined;
  /** When the run was put on record, and each output came to its last end: milliseconds since 1970, by the brokers. */
  readonly times = new Map<'run' | 'model' | Ending, number>();
  readonly #ends = new Map<Ending, Map<number, RecordOf<'end'>>>();
  readonly #applies = new Map<number, Applies[]>();
  /** Offset behind the last re-driven message, by topic and partition. */
  readonly #redrivenEnds = new Map<string, number>();
  readonly #scoring = new Map<number, number>();
  readonly #shared = new SharedParts();

  /** @param at offset of the record, and when it was written */
  apply(record: ProgressRecord, at: number, timestampMs: number): void {
    switch (record.type) {
      case 'run':
        if (this.run === undefined) this.times.set('run', timestampMs);
        this.run ??= record;
        break;
      case 'file':
        this.#addFile(record);
        break;
      case 'planned':
        if (record.files === this.files.length && record.blocks === this.blocks) this.planned ??= record;
        break;
      case 'end':
        this.#addEnd(record, timestampMs);
        break;
      case 'redriven':
        this.#addRedriven(record);
        break;
      case 'scaler':
        // A message that was re-driven just before was to be trained on: the scaler has to be made with it.
        if (this.run?.mode !== 'bounded' || this.allEnds('moments') !== undefined) this.scaler ??= record;
        break;
      case 'generation':
        this.generations.add(record);
        break;
      case 'model':
        if (this.models.some(({ generation }) => generation >= record.generation)) break;
        this.models.push(this.#shared.model(record));
        this.generations.letGoBefore(record.generation);
        this.times.set('model', timestampMs);
        break;
      case 'applies':
        this.#addApplies(record);
        break;
      case 'scoring':
        this.#scoring.set(record.partition, Math.max(record.to, this.scoringTo(record.partition)));
        break;
      case 'finished':
        this.finished = record;
        break;
      case 'failed':
        this.failed = { ...record, at };
        break;
    }
  }

  /** Blocks of all files that are planned so far. */
  get blocks(): number {
    const last = this.files.at(-1);
    return last === undefined ? 0 : last.firstBlock + last.blocks;
  }

  get partitions(): number {
    return this.run?.partitions ?? 0;
  }

  /** Where an output ends in a partition: behind what the stage has written and what was re-driven. */
  end(of: Ending, partition: number): RecordOf<'end'> | undefined {
    const end = this.#ends.get(of)?.get(partition);
    if (end === undefined) return undefined;
    const redriven = this.#redrivenEnds.get(`${of}/${partition}`) ?? 0;
    return redriven > end.offset ? { ...end, offset: redriven } : end;
  }

  /** The ends of an output by partition, where all of them are there and made from the ends of `input` as they are now. */
  allEnds(of: Ending): RecordOf<'end'>[] | undefined {
    const found: RecordOf<'end'>[] = [];
    for (let partition = 0; partition < this.partitions; partition += 1) {
      const end = this.end(of, partition);
      if (end === undefined || this.#isStale(of, end)) return undefined;
      found.push(end);
    }
    return found.length > 0 ? found : undefined;
  }

  /** Models of a partition of `scaled` in the order of the offsets from which they apply. */
  modelsOf(partition: number): readonly Applies[] {
    return this.#applies.get(partition) ?? [];
  }

  /** Offset of a partition of `scaled` before which the model of every row is settled. */
  scoringTo(partition: number): number {
    return this.#scoring.get(partition) ?? 0;
  }

  /** Whether outputs are complete, with everything that was re-driven since. */
  get isFinished(): boolean {
    const { finished } = this;
    const ends = this.allEnds('scores');
    if (finished === undefined || ends === undefined) return false;
    return ends.every(({ offset }, partition) => finished.ends[partition] === offset);
  }

  #addFile(record: RecordOf<'file'>): void {
    if (record.index !== this.files.length) return;
    const { type, index, kind, name, fingerprint, bytes, entries, data, median_weight } = record;
    const { sample, sums, weights } = this.#shared.file(record);
    // Written out: an object that is copied and then grows takes three times the memory, and there may be many.
    const file: PlannedFile = {
      type,
      index,
      sample,
      kind,
      name,
      fingerprint,
      bytes,
      entries,
      data,
      median_weight,
      sums,
      firstBlock: this.blocks,
      blocks: blocksOf(entries),
    };
    if (weights !== undefined) file.weights = weights;
    this.files.push(file);
  }

  #addEnd(record: RecordOf<'end'>, timestampMs: number): void {
    const ends = this.#ends.get(record.of) ?? new Map<number, RecordOf<'end'>>();
    const known = ends.get(record.partition);
    if (known !== undefined && record.input < known.input) return;
    ends.set(record.partition, record);
    this.#ends.set(record.of, ends);
    this.times.set(record.of, timestampMs);
  }

  #addRedriven(record: RecordOf<'redriven'>): void {
    const { topic, partition, offset } = record;
    const place = `${topic}/${partition}`;
    this.redrives.push(record);
    this.#redrivenEnds.set(place, Math.max(this.#redrivenEnds.get(place) ?? 0, offset + 1));
  }

  #addApplies(record: Applies): void {
    const known = this.#applies.get(record.partition) ?? [];
    const last = known.at(-1);
    const fits =
      (last === undefined || record.offset >= last.offset) &&
      !known.some(({ model }) => model === record.model);
    if (fits) this.#applies.set(record.partition, [...known, this.#shared.applies(record, this.models)]);
  }

  /** An end is stale where its input went on after it, for example because a dead letter was re-driven. */
  #isStale(of: Ending, end: RecordOf<'end'>): boolean {
    const input = inputOf[of];
    if (input === undefined) return false;
    const before = this.end(input, end.partition);
    return before === undefined || before.offset > end.input || this.#isStale(input, before);
  }
}

/** The topic that an output is made from. */
export const inputOf: Readonly<Record<Ending, DataTopic | undefined>> = {
  events: undefined,
  selected: 'events',
  features: 'selected',
  moments: 'features',
  scaled: 'features',
  scores: 'scaled',
  'feature-files': 'features',
};

/** Blocks of a file. */
export function blocksOf(entries: number): number {
  return Math.ceil(entries / blockEntries);
}

/** The file that a block belongs to, by binary search. */
export function fileOfBlock(files: readonly PlannedFile[], block: number): PlannedFile | undefined {
  let low = 0;
  let high = files.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const file = files[middle]!;
    if (block < file.firstBlock) high = middle - 1;
    else if (block >= file.firstBlock + file.blocks) low = middle + 1;
    else return file;
  }
  return undefined;
}

/** Where a block of a file lies. @param block number among the blocks of all files */
export function sourceOfBlock(file: PlannedFile, block: number): BlockSource {
  const { sample, kind, name, fingerprint } = file;
  const first = (block - file.firstBlock) * blockEntries;
  const entries = Math.min(blockEntries, file.entries - first);
  return { sample, kind, file: name, fingerprint, first, entries };
}
