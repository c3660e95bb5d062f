import { systemClock } from '../../lib/base/clock.js';
import { type ColumnReader, columnReaderFrom } from '../../lib/columnar/root/index.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import type { FeatureBuffer } from '../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { type BlockRecord, countSplits } from '../featurizer/block-record.js';
import { FeaturizerOperator } from '../featurizer/operator.js';
import type { RowTable } from '../featurizer/row-table.js';
import { EventWidener } from '../ingest/event-widener.js';
import { branchesToRead } from '../ingest/needed.js';
import { IngestOperator } from '../ingest/operator.js';
import { selectionOf } from '../selector/config.js';
import { flowRecord } from '../selector/flow-record.js';
import { SelectorOperator } from '../selector/operator.js';
import { type Alteration, AlteredEvents } from './altered-events.js';
import type { FileContext, RunSettings } from './file-context.js';
import { StageSeconds } from './stage-seconds.js';

/** Stages that are fused here, or that follow without a file in between. */
export type PassStage = 'ingest' | 'selector' | 'featurizer' | 'scaler_moments';

/** What became of one block of entries. Features and table rows are valid until the next block. */
export interface PassBlock {
  readonly source: BlockSource;
  readonly record: BlockRecord;
  readonly features: FeatureBuffer;
  readonly deadLetters: readonly string[];
}

/**
 * Ingest, selector and featurizer fused for one file: entries in, feature rows out, in buffers that are used
 * again for every block.
 */
export class EventPass {
  readonly file: FileContext;
  /** Where the time goes; whoever asks restarts it. */
  readonly seconds = new StageSeconds<PassStage>(systemClock.steadyMs);
  readonly #reader: ColumnReader;
  readonly #ingest: IngestOperator;
  readonly #widener = new EventWidener();
  readonly #selector: SelectorOperator;
  readonly #featurizer: FeaturizerOperator;
  readonly #altered: AlteredEvents | undefined;

  private constructor(
    { config }: RunSettings,
    file: FileContext,
    reader: ColumnReader,
    ingest: IngestOperator,
    alteration: Alteration | undefined,
  ) {
    this.file = file;
    this.#reader = reader;
    this.#ingest = ingest;
    this.#selector = new SelectorOperator(selectionOf(config));
    this.#featurizer = new FeaturizerOperator(config);
    this.#altered =
      alteration === undefined ? undefined : new AlteredEvents(alteration, this.#featurizer.layout);
  }

  /** @param alteration what a study changes of selected events */
  static async open(settings: RunSettings, file: FileContext, alteration?: Alteration): Promise<EventPass> {
    const ingest = ingestOf(settings, file);
    const reader = await columnReaderFrom(file.metadata, settings.profile.tree, ingest.branches);
    return new EventPass(settings, file, reader, ingest, alteration);
  }

  /** Compressed bytes of baskets that were read from the file so far. */
  get bytesRead(): number {
    return this.#reader.bytesRead;
  }

  get layout(): FeatureLayout {
    return this.#featurizer.layout;
  }

  /** Reads, selects and featurizes entries [first, first + entries); rows are appended to `table`. */
  block(first: number, entries: number, table: RowTable): PassBlock {
    const { sample, kind, name, fingerprint, medianWeight } = this.file;
    const source: BlockSource = { sample, kind, file: name, fingerprint, first, entries };
    const raw = this.#ingest.process(this.#reader.read(first, entries), entries);
    this.seconds.lap('ingest');
    const events = this.#widener.widen(raw);
    const { selected, flow, deadLetters } = this.#selector.process(events, source, medianWeight);
    this.seconds.lap('selector');
    const at = table.rows;
    this.#altered?.alterObjects(events, selected);
    const made = this.#featurizer.process(events, selected, selected.index, source, table);
    const features = this.#altered?.alterFeatures(made, table.slice(at, table.rows)) ?? made;
    const record: BlockRecord = {
      rows: selected.count,
      flow: flowRecord(flow),
      unclassifiedJets: selected.unclassifiedJets,
      surplusObjects: features.surplus,
      rowsBySplit: countSplits(table.columns.split.subarray(at, table.rows)),
    };
    this.seconds.lap('featurizer');
    return { source, record, features, deadLetters };
  }

  close(): void {
    this.#reader.close();
  }
}

/** The ingest operator for one file. */
export function ingestOf({ config, profile }: RunSettings, file: FileContext): IngestOperator {
  const available = new Set(file.metadata.trees[0]?.branches.map(({ name }) => name));
  const needed = branchesToRead(config, profile, { data: file.data, available });
  const normalisation = file.data
    ? undefined
    : { luminosityPb: config.luminosity_fb * 1000, sumOfWeights: file.sumOfWeights };
  return new IngestOperator({ file: file.name, needed, normalisation });
}
