import { type Batch, type BatchColumn, columnOf } from '../../lib/columnar/arrow/batch.js';
import { toFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { highLevelCount, highLevelNames } from '../../lib/physics/high-level.js';
import { batchSource } from '../featurizer/batch-source.js';
import { type BlockRecord, countSplits } from '../featurizer/block-record.js';
import { type RowColumns, toBatchColumns } from '../featurizer/row-columns.js';
import type { ScaledBlock } from '../scaler/operator.js';
import { layoutMetadata, maskColumn, type RowExpectation, readRows } from './features.js';
import { sumsProblem } from './finite-values.js';
import { textHeader } from './headers.js';
import { type IncomingMessage, openMessage, sealMessage, type WireMessage, wireError } from './message.js';
import { blockRecord, recordHeader, recordToHeader } from './record-header.js';
import { rowColumnSchemas } from './row-columns.js';
import type { TopicSchema } from './topic-schema.js';

export const scaledSchema: TopicSchema = {
  topic: 'scaled',
  id: 'rmmstream.scaled',
  version: 1,
  description:
    "Scaled rows of the selected events of one block, as differences from the scaler's baseline row: of each row only the scaled values of the trained columns in its block, and what goes around the network.",
  headers: { ...recordHeader, scaler: 'Id of the scaler.' },
  metadata: { ...layoutMetadata, scaler: 'Id of the scaler.' },
  columns: [
    maskColumn,
    {
      name: 'values',
      kind: 'list',
      types: ['float32'],
      description:
        'Scaled values of the trained columns among the cells of the occupied slots, in the order of the columns.',
    },
    {
      name: 'around_squares',
      kind: 'flat',
      types: ['float64'],
      description: 'Sum of the squared scaled distances over the columns that go around the network.',
    },
    {
      name: 'around_absolutes',
      kind: 'flat',
      types: ['float64'],
      description: 'Sum of the absolute scaled distances over them.',
    },
    {
      name: 'high_level',
      kind: 'fixed',
      types: ['float32'],
      optional: true,
      description: `The ${highLevelCount} high-level features, log(1 + x) of ${highLevelNames.join(', ')}: where a score of the run is made from them.`,
    },
    ...rowColumnSchemas,
  ],
};

/** What the scaler makes of a block once it is frozen. */
export interface ScaledWire {
  readonly source: BlockSource;
  readonly record: BlockRecord;
  /** Id of the feature layout. */
  readonly layout: string;
  readonly scaled: ScaledBlock;
  readonly columns: RowColumns;
}

export function encodeScaled({ source, record, layout, scaled, columns }: ScaledWire): WireMessage {
  const { rows, scaler, squares, absolutes, highLevel } = scaled;
  const batch = toFeatureBatch({
    layout,
    source: batchSource(source),
    features: scaled,
    columns: [
      { kind: 'flat', name: 'around_squares', data: squares.subarray(0, rows) },
      { kind: 'flat', name: 'around_absolutes', data: absolutes.subarray(0, rows) },
      ...(highLevel === undefined ? [] : [highLevelColumn(highLevel.subarray(0, rows * highLevelCount))]),
      ...toBatchColumns(columns),
    ],
  });
  const content = { rows, metadata: { ...batch.schema.metadata, scaler }, columns: batch.columns };
  return sealMessage(scaledSchema, source, content, { ...recordToHeader(record), scaler });
}

function highLevelColumn(values: Float32Array): BatchColumn {
  return { kind: 'fixed', name: 'high_level', width: highLevelCount, values };
}

/**
 * Columns look into the message's bytes. Whether it is the scaler of a model, and its trained columns those of the
 * rows, is seen where the rows are used: scaler_mismatch.
 * @throws the codes of wireReasons
 */
export function decodeScaled(message: IncomingMessage, expected: RowExpectation): ScaledWire {
  const { source, batch } = openMessage(scaledSchema, message);
  const scaler = textHeader(message.headers, 'scaler');
  if (batch.schema.metadata.scaler !== scaler) {
    throw wireError(
      'wire_source_contradicts',
      `its header scaler is ${scaler.slice(0, 60)}, which its content is not of`,
      {
        key: message.key ?? '',
      },
    );
  }
  const { features, columns } = readRows(batch, source, expected, false);
  const squares = columnOf(batch, 'around_squares', 'flat').data as Float64Array;
  const absolutes = columnOf(batch, 'around_absolutes', 'flat').data as Float64Array;
  const highLevel = expected.highLevel === true ? highLevelOf(batch) : undefined;
  const problem =
    sumsProblem('around_squares', squares) ??
    sumsProblem('around_absolutes', absolutes) ??
    (typeof highLevel === 'string' ? highLevel : undefined);
  if (problem !== undefined) throw wireError('wire_message_invalid', problem, { key: message.key ?? '' });
  const record = blockRecord(message.headers, source, countSplits(columns.split));
  return {
    source,
    record,
    layout: expected.layout.id,
    scaled: {
      ...features,
      scaler,
      squares,
      absolutes,
      ...(highLevel === undefined ? {} : { highLevel: highLevel as Float32Array }),
    },
    columns,
  };
}

/** The high-level features of a batch of which they are expected, or what is wrong with them. */
function highLevelOf({ columns }: Batch): Float32Array | string {
  const column = columns.find(({ name }) => name === 'high_level');
  if (column?.kind !== 'fixed')
    return 'it lacks the column "high_level", from which scores of this run are made';
  if (column.width !== highLevelCount)
    return `its column "high_level" has the width ${column.width}, expected ${highLevelCount}`;
  const values = column.values as Float32Array;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  return bad < 0
    ? values
    : `row ${Math.floor(bad / highLevelCount)} has the high-level feature ${values[bad]}`;
}
