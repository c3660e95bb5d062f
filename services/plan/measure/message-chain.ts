import { columnReaderFrom } from '../../../lib/columnar/root/index.js';
import type { BlockSource } from '../../../lib/flow/block-source.js';
import { blockEntries } from '../../../lib/flow/ranges.js';
import { countSplits } from '../../featurizer/block-record.js';
import { featurizerOf, objectFieldsOf } from '../../featurizer/config.js';
import { FeaturizerOperator } from '../../featurizer/operator.js';
import { RowTable } from '../../featurizer/row-table.js';
import { EventWidener } from '../../ingest/event-widener.js';
import { type EventFields, eventFieldsOf } from '../../ingest/needed.js';
import type { ObjectFields } from '../../ingest/raw-events.js';
import { ingestOf } from '../../pipeline/event-pass.js';
import type { FileContext, RunSettings } from '../../pipeline/file-context.js';
import type { ScalerOperator } from '../../scaler/operator.js';
import { compactEvents } from '../../selector/compact-events.js';
import { selectionOf } from '../../selector/config.js';
import { flowRecord } from '../../selector/flow-record.js';
import { SelectorOperator } from '../../selector/operator.js';
import { EventRestorer } from '../../selector/restore-events.js';
import { decodeEvents, encodeEvents } from '../../wire/events.js';
import { decodeFeatures, encodeFeatures, type RowExpectation } from '../../wire/features.js';
import type { IncomingMessage, WireMessage } from '../../wire/message.js';
import { encodeScaled } from '../../wire/scaled.js';
import { decodeSelected, encodeSelected } from '../../wire/selected.js';

/** A message as the next stage gets it, without a broker in between. */
export function handedOn({ key, value, headers }: WireMessage): IncomingMessage {
  return { key, value, headers: new Map(Object.entries(headers)) };
}

/** The stages of the Kafka engine without Kafka: each takes and gives messages. Not shared between threads. */
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

  /** A message for each block of a file, which is read as they are asked for. */
  async *ingest(file: FileContext): AsyncGenerator<WireMessage, void> {
    const ingest = ingestOf(this.#settings, file);
    const reader = await columnReaderFrom(file.metadata, this.#settings.profile.tree, ingest.branches);
    try {
      for (let first = 0; first < file.entries; first += blockEntries) {
        const entries = Math.min(blockEntries, file.entries - first);
        const events = ingest.process(reader.read(first, entries), entries);
        const { sample, kind, name, fingerprint, medianWeight } = file;
        const source: BlockSource = { sample, kind, file: name, fingerprint, first, entries };
        yield encodeEvents({ source, medianWeight, events });
      }
    } finally {
      reader.close();
    }
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
