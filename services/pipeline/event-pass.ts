import { type ColumnReader, columnReaderFrom } from '../../lib/columnar/root/index.js';
import { FeatureBuffer } from '../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { SplitColumns, sampleWord, split } from '../../lib/physics/identity.js';
import { EventQuantities, eventQuantities } from '../../lib/physics/quantities.js';
import { type CutFlow, Selected, select } from '../../lib/physics/selection/index.js';
import { featurizerOf } from '../featurizer/config.js';
import type { RowTable } from '../featurizer/row-table.js';
import { type AssembledEvents, EventAssembler } from '../ingest/event-assembler.js';
import { branchesToRead } from '../ingest/needed.js';
import { selectionOf } from '../selector/config.js';
import { deadLetterLines } from '../selector/dead-letters.js';
import type { FileContext, RunSettings } from './file-context.js';
import { saltedSplit } from './salted-split.js';

/** What became of one block of entries. Features and table rows are valid until the next block. */
export interface PassBlock {
  readonly first: number;
  readonly entries: number;
  /** Selected events. */
  readonly rows: number;
  readonly features: FeatureBuffer;
  readonly deadLetters: readonly string[];
  /** Jets that are neither light nor b, and objects without a slot. */
  readonly unclassifiedJets: number;
  readonly surplusObjects: number;
}

/**
 * Ingest, selector and featurizer fused for one file: entries in, feature rows out, in buffers that are used
 * again for every block.
 */
export class EventPass {
  readonly file: FileContext;
  readonly layout: FeatureLayout;
  readonly #reader: ColumnReader;
  readonly #assembler: EventAssembler;
  readonly #featurizer;
  readonly #selection;
  readonly #settings: RunSettings;
  readonly #selected = new Selected();
  readonly #quantities = new EventQuantities();
  readonly #features = new FeatureBuffer();
  readonly #split = new SplitColumns();

  private constructor(
    settings: RunSettings,
    file: FileContext,
    reader: ColumnReader,
    assembler: EventAssembler,
  ) {
    this.#settings = settings;
    this.file = file;
    this.#reader = reader;
    this.#assembler = assembler;
    this.#selection = selectionOf(settings.config);
    this.#featurizer = featurizerOf(settings.config);
    this.layout = this.#featurizer.layout;
  }

  static async open(settings: RunSettings, file: FileContext): Promise<EventPass> {
    const available = new Set(file.metadata.trees[0]?.branches.map(({ name }) => name));
    const needed = branchesToRead(settings.config, settings.profile, { data: file.data, available });
    const normalisation = file.data
      ? undefined
      : { luminosityPb: settings.config.luminosity_fb * 1000, sumOfWeights: file.sumOfWeights };
    const assembler = new EventAssembler({ file: file.name, needed, normalisation });
    const reader = await columnReaderFrom(file.metadata, settings.profile.tree, assembler.branches);
    return new EventPass(settings, file, reader, assembler);
  }

  /** Reads, selects and featurizes entries [first, first + count); rows are appended to `table`, counts to `flow`. */
  block(first: number, count: number, table: RowTable, flow: CutFlow): PassBlock {
    const events = this.#assembler.assemble(this.#reader.read(first, count), count);
    const selected = select(events, this.#selection, this.file.medianWeight, this.#selected);
    flow.add(selected.reason, events.weight, count);
    const dead = deadLetterLines(events, selected.reason, {
      sample: this.file.sample,
      file: this.file.name,
      fingerprint: this.file.fingerprint,
      first,
    });
    eventQuantities(events, selected, this.#quantities);
    const features = this.#featurizer.fill(events, selected, this.#features);
    this.#fillTable(events, first, table);
    return {
      first,
      entries: count,
      rows: selected.count,
      features,
      deadLetters: dead,
      unclassifiedJets: selected.unclassifiedJets,
      surplusObjects: features.surplus,
    };
  }

  close(): void {
    this.#reader.close();
  }

  #fillTable(events: AssembledEvents, first: number, table: RowTable): void {
    const { count, index } = this.#selected;
    const at = table.extend(count);
    const to = at + count;
    const { columns } = table;
    const quantities = this.#quantities;
    gatherIdentity(events, index, count, columns, at);
    fillEntries(columns.entry, at, index, count, first);
    columns.met.set(quantities.met.subarray(0, count), at);
    columns.met_phi.set(quantities.metPhi.subarray(0, count), at);
    columns.mll.set(quantities.mll.subarray(0, count), at);
    columns.mlll.set(quantities.mlll.subarray(0, count), at);
    columns.ht.set(quantities.ht.subarray(0, count), at);
    columns.n_leptons.set(quantities.nLeptons.subarray(0, count), at);
    columns.n_jets.set(quantities.nJets.subarray(0, count), at);
    columns.flcomp.set(quantities.flcomp.subarray(0, count), at);
    this.#fillSplit(events, table, at, to);
  }

  /**
   * Hashes the identity of the rows [at, to): every kind gets hashes, only background gets a split. Files
   * without a kind are scored or tabulated only, and nothing asks for their hashes.
   */
  #fillSplit(events: AssembledEvents, table: RowTable, at: number, to: number): void {
    const { columns } = table;
    if (this.file.kind === 'input') {
      columns.split.fill(split.none, at, to);
      columns.megaset.fill(-1, at, to);
      return;
    }
    const { training } = this.#settings.config;
    // In an amplified file the parent's number takes the event number's place, so copies stay together.
    const event =
      events.keyEvent === events.event
        ? columns.event.subarray(at, to)
        : gatherInt64(events.keyEvent, this.#selected.index, to - at);
    const identity = {
      count: to - at,
      run: columns.run.subarray(at, to),
      event,
      channel: columns.channel.subarray(at, to),
    };
    const word = this.file.kind === 'data' ? sampleWord(this.file.sample) : undefined;
    saltedSplit(this.#split, identity, word, training);
    columns.hash_high.set(this.#split.high.subarray(0, to - at), at);
    columns.hash_low.set(this.#split.low.subarray(0, to - at), at);
    if (this.file.kind === 'background') {
      columns.split.set(this.#split.split.subarray(0, to - at), at);
      columns.megaset.set(this.#split.megaset.subarray(0, to - at), at);
      // A row that is not trained on belongs to no megaset.
      for (let row = at; row < to; row += 1)
        if (columns.split[row] !== split.train) columns.megaset[row] = -1;
    } else {
      columns.split.fill(split.none, at, to);
      columns.megaset.fill(-1, at, to);
    }
  }
}

type Columns = RowTable['columns'];

function gatherIdentity(
  events: AssembledEvents,
  index: Int32Array,
  count: number,
  columns: Columns,
  at: number,
): void {
  const { run, event, channel, weight } = columns;
  // Event numbers as pairs of 32-bit halves: reading a BigInt64Array would allocate a BigInt each time.
  const from = new Int32Array(events.event.buffer, events.event.byteOffset, 2 * events.count);
  const into = new Int32Array(event.buffer, event.byteOffset, 2 * event.length);
  for (let row = 0; row < count; row += 1) {
    const source = index[row]!;
    run[at + row] = events.run[source]!;
    into[2 * (at + row)] = from[2 * source]!;
    into[2 * (at + row) + 1] = from[2 * source + 1]!;
    channel[at + row] = events.channel[source]!;
    weight[at + row] = events.weight[source]!;
  }
}

function gatherInt64(values: BigInt64Array, index: Int32Array, count: number): BigInt64Array {
  const gathered = new BigInt64Array(count);
  const from = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const into = new Int32Array(gathered.buffer);
  for (let row = 0; row < count; row += 1) {
    into[2 * row] = from[2 * index[row]!]!;
    into[2 * row + 1] = from[2 * index[row]! + 1]!;
  }
  return gathered;
}

function fillEntries(
  entry: BigInt64Array,
  at: number,
  index: Int32Array,
  count: number,
  first: number,
): void {
  const halves = new Uint32Array(entry.buffer, entry.byteOffset, 2 * entry.length);
  for (let row = 0; row < count; row += 1) {
    const value = first + index[row]!;
    halves[2 * (at + row)] = value;
    halves[2 * (at + row) + 1] = value / 0x100000000;
  }
}
