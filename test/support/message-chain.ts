import { columnReaderFrom } from '../../lib/columnar/root/index.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { countSplits } from '../../services/featurizer/block-record.js';
import { featurizerOf, objectFieldsOf } from '../../services/featurizer/config.js';
import { FeaturizerOperator } from '../../services/featurizer/operator.js';
import { RowTable } from '../../services/featurizer/row-table.js';
import { EventWidener } from '../../services/ingest/event-widener.js';
import { type EventFields, eventFieldsOf } from '../../services/ingest/needed.js';
import type { ObjectFields } from '../../services/ingest/raw-events.js';
import { ingestOf } from '../../services/pipeline/event-pass.js';
import type { FileContext, RunSettings } from '../../services/pipeline/file-context.js';
import type { ScalerOperator } from '../../services/scaler/operator.js';
import { compactEvents } from '../../services/selector/compact-events.js';
import { selectionOf } from '../../services/selector/config.js';
import { flowRecord } from '../../services/selector/flow-record.js';
import { SelectorOperator } from '../../services/selector/operator.js';
import { EventRestorer } from '../../services/selector/restore-events.js';
import { decodeEvents, encodeEvents } from '../../services/wire/events.js';
import { decodeFeatures, encodeFeatures, type RowExpectation } from '../../services/wire/features.js';
import type { IncomingMessage, WireMessage } from '../../services/wire/message.js';
import { encodeScaled } from '../../services/wire/scaled.js';
import { decodeSelected, encodeSelected } from '../../services/wire/selected.js';

/** A message as a client hands it over: in memory of its own, at a place that suits nobody. */
export function received({ key, value, headers }: WireMessage, shift = 3): IncomingMessage {
  const placed = new Uint8Array(value.length + shift).subarray(shift);
  placed.set(value);
  return { key, value: placed, headers: new Map(Object.entries(headers)) };
}

/** The stages of the Kafka engine without Kafka: each takes and gives messages. */
export class MessageChain {
  readonly expected: RowExpectation;
  readonly #settings: RunSettings;
  /** What the selector reads, and what of it the featurizer does. */
  readonly read: EventFields;
  readonly fields: ObjectFields;
  readonly #widener = new EventWidener();
  readonly #selector: SelectorOperator;
  readonly #restorer = new EventRestorer();
  readonly #featurizer: FeaturizerOperator;
  readonly #table = new RowTable(blockEntries);

  constructor(settings: RunSettings) {
    const { config } = settings;
    this.#settings = settings;
    this.read = eventFieldsOf(config, settings.profile);
    this.fields = objectFieldsOf(config);
    this.#selector = new SelectorOperator(selectionOf(config));
    this.#featurizer = new FeaturizerOperator(config);
    this.expected = { layout: featurizerOf(config).layout, megasets: config.training.megasets };
  }

  /** A message for each block of a file. */
  async ingest(file: FileContext): Promise<WireMessage[]> {
    const ingest = ingestOf(this.#settings, file);
    const reader = await columnReaderFrom(file.metadata, this.#settings.profile.tree, ingest.branches);
    const messages: WireMessage[] = [];
    for (let first = 0; first < file.entries; first += blockEntries) {
      const entries = Math.min(blockEntries, file.entries - first);
      const events = ingest.process(reader.read(first, entries), entries);
      const { sample, kind, name, fingerprint, medianWeight } = file;
      const source: BlockSource = { sample, kind, file: name, fingerprint, first, entries };
      messages.push(encodeEvents({ source, medianWeight, events }));
    }
    reader.close();
    return messages;
  }

  select(message: IncomingMessage): {
    readonly message: WireMessage;
    readonly deadLetters: readonly string[];
  } {
    const { source, medianWeight, events: raw } = decodeEvents(message, this.read);
    const { selected, flow, deadLetters } = this.#selector.process(
      this.#widener.widen(raw),
      source,
      medianWeight,
    );
    const record = {
      rows: selected.count,
      flow: flowRecord(flow),
      unclassifiedJets: selected.unclassifiedJets,
    };
    const compact = compactEvents(raw, selected, this.fields);
    return { message: encodeSelected({ source, record, compact }), deadLetters };
  }

  featurize(message: IncomingMessage): WireMessage {
    const { source, record, compact } = decodeSelected(message, this.fields);
    this.#table.clear();
    const { events, selected } = this.#restorer.restore(compact, source);
    const features = this.#featurizer.process(events, selected, compact.index, source, this.#table);
    const columns = this.#table.slice(0, this.#table.rows);
    return encodeFeatures({
      source,
      record: {
        ...record,
        surplusObjects: features.surplus,
        rowsBySplit: countSplits(columns.split),
      },
      layout: this.expected.layout.id,
      features,
      columns,
    });
  }

  scale(message: IncomingMessage, scaler: ScalerOperator): WireMessage {
    const { source, record, layout, features, columns } = decodeFeatures(message, this.expected);
    return encodeScaled({ source, record, layout, scaled: scaler.process(features, columns), columns });
  }
}
