import type { Config } from '../../lib/config/index.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { FeatureBuffer } from '../../lib/physics/feature-buffer.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { SplitColumns, sampleWord, split } from '../../lib/physics/identity.js';
import { EventQuantities, eventQuantities } from '../../lib/physics/quantities.js';
import type { Selected } from '../../lib/physics/selection/index.js';
import type { IdentifiedEvents } from '../ingest/event-widener.js';
import { type Featurizer, featurizerOf } from './config.js';
import type { RowColumns } from './row-columns.js';
import type { RowTable } from './row-table.js';
import { saltedSplit } from './salted-split.js';

/** Selected events of a block in; feature rows and what travels beside them out. Not shared between threads. */
export class FeaturizerOperator {
  readonly #featurizer: Featurizer;
  readonly #training: Config['training'];
  readonly #quantities = new EventQuantities();
  readonly #features = new FeatureBuffer();
  readonly #split = new SplitColumns();

  /** @throws features_option_invalid */
  constructor(config: Config) {
    this.#featurizer = featurizerOf(config);
    this.#training = config.training;
  }

  get layout(): FeatureLayout {
    return this.#featurizer.layout;
  }

  /**
   * Appends a row for each selected event to `table`; returns their features, valid until the next block.
   * @param index place in the block of each selected event; entry is `source.first` + place
   */
  process(
    events: IdentifiedEvents,
    selected: Selected,
    index: Int32Array,
    source: BlockSource,
    table: RowTable,
  ): FeatureBuffer {
    const { count } = selected;
    const quantities = eventQuantities(events, selected, this.#quantities);
    const features = this.#featurizer.fill(events, selected, this.#features);
    const at = table.extend(count);
    const { columns } = table;
    gatherIdentity(events, selected.index, count, columns, at);
    fillEntries(columns.entry, at, index, count, source.first);
    columns.met.set(quantities.met.subarray(0, count), at);
    columns.met_phi.set(quantities.metPhi.subarray(0, count), at);
    columns.mll.set(quantities.mll.subarray(0, count), at);
    columns.mlll.set(quantities.mlll.subarray(0, count), at);
    columns.ht.set(quantities.ht.subarray(0, count), at);
    columns.n_leptons.set(quantities.nLeptons.subarray(0, count), at);
    columns.n_jets.set(quantities.nJets.subarray(0, count), at);
    columns.flcomp.set(quantities.flcomp.subarray(0, count), at);
    columns.late.fill(source.late === undefined ? 0 : 1, at, at + count);
    this.#fillSplit(events, selected, source, columns, at, at + count);
    return features;
  }

  /**
   * Hashes the identity of the rows [at, to): every kind gets hashes, only background gets a split. Files
   * without a kind are scored or tabulated only, and nothing asks for their hashes.
   */
  #fillSplit(
    events: IdentifiedEvents,
    selected: Selected,
    source: BlockSource,
    columns: RowColumns,
    at: number,
    to: number,
  ): void {
    if (source.kind === 'input') {
      columns.split.fill(split.none, at, to);
      columns.megaset.fill(-1, at, to);
      return;
    }
    // In an amplified file the parent's number takes the event number's place, so copies stay together.
    const event =
      events.keyEvent === events.event
        ? columns.event.subarray(at, to)
        : gatherInt64(events.keyEvent, selected.index, to - at);
    const identity = {
      count: to - at,
      run: columns.run.subarray(at, to),
      event,
      channel: columns.channel.subarray(at, to),
    };
    const word = source.kind === 'data' ? sampleWord(source.sample) : undefined;
    saltedSplit(this.#split, identity, word, this.#training);
    columns.hash_high.set(this.#split.high.subarray(0, to - at), at);
    columns.hash_low.set(this.#split.low.subarray(0, to - at), at);
    if (source.kind === 'background') {
      columns.split.set(this.#split.split.subarray(0, to - at), at);
      columns.megaset.set(this.#split.megaset.subarray(0, to - at), at);
      if (source.late !== undefined) keepFromTraining(columns.split, at, to);
      // A row that is not trained on belongs to no megaset.
      for (let row = at; row < to; row += 1)
        if (columns.split[row] !== split.train) columns.megaset[row] = -1;
    } else {
      columns.split.fill(split.none, at, to);
      columns.megaset.fill(-1, at, to);
    }
  }
}

/** Late rows (decisions.md 21) are tested with, where they fall into that part, and nothing else. */
function keepFromTraining(splits: Uint8Array, at: number, to: number): void {
  for (let row = at; row < to; row += 1) if (splits[row] !== split.test) splits[row] = split.none;
}

function gatherIdentity(
  events: IdentifiedEvents,
  index: Int32Array,
  count: number,
  columns: RowColumns,
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
