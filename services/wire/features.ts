import { RmmError } from '../../lib/base/error.js';
import type { Batch } from '../../lib/columnar/arrow/batch.js';
import { featureSchema, fromFeatureBatch, toFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import type { FeatureLayout, FeatureRows } from '../../lib/physics/feature-rows.js';
import { batchSource } from '../featurizer/batch-source.js';
import { type BlockRecord, countSplits } from '../featurizer/block-record.js';
import { fromBatchColumns, type RowColumns, toBatchColumns } from '../featurizer/row-columns.js';
import { valuesProblem } from './finite-values.js';
import { type IncomingMessage, openMessage, sealMessage, type WireMessage, wireError } from './message.js';
import { blockRecord, recordHeader, recordToHeader } from './record-header.js';
import { rowColumnSchemas, rowColumnsProblem } from './row-columns.js';
import { slotProblem } from './slot-masks.js';
import type { ColumnSchema, TopicSchema } from './topic-schema.js';

/** The slot masks, where there are any. */
export const maskColumn: ColumnSchema = {
  name: 'mask',
  kind: 'fixed',
  types: ['uint32'],
  optional: true,
  description:
    'Occupied slots of the matrix: bit s of word w is slot 32 w + s, slot 0 is met. Not in tables.',
};

export const layoutMetadata = {
  layout: 'Id of the feature layout, for example rmm/thesis/T4N5/j6b6e5m5.',
  columns: 'Width of the dense row.',
  mask_words: 'Words of a slot mask; 0 in tables.',
} as const;

export const featuresSchema: TopicSchema = {
  ...featureSchema,
  topic: 'features',
  description: 'Features of the selected events of one block in block form, with what goes beside them.',
  headers: recordHeader,
  metadata: layoutMetadata,
  columns: [
    maskColumn,
    {
      name: 'values',
      kind: 'list',
      types: ['float32'],
      description:
        'Cells of the occupied slots, (n + 1) x (n + 1) of them row by row; all columns of a table.',
    },
    ...rowColumnSchemas,
  ],
};

/** What the featurizer makes of a block. */
export interface FeaturesBlock {
  readonly source: BlockSource;
  readonly record: BlockRecord;
  /** Id of the feature layout. */
  readonly layout: string;
  readonly features: FeatureRows;
  readonly columns: RowColumns;
}

/** What a run's rows are like; messages of another run or configuration are refused. */
export interface RowExpectation {
  readonly layout: FeatureLayout;
  readonly megasets: number;
  /** Whether scaled rows come with their high-level features. */
  readonly highLevel?: boolean;
}

export function encodeFeatures({ source, record, layout, features, columns }: FeaturesBlock): WireMessage {
  const batch = toFeatureBatch({
    layout,
    source: batchSource(source),
    features,
    columns: toBatchColumns(columns),
  });
  const content = { rows: batch.rows, metadata: batch.schema.metadata, columns: batch.columns };
  return sealMessage(featuresSchema, source, content, recordToHeader(record));
}

/** Columns look into the message's bytes. @throws the codes of wireReasons */
export function decodeFeatures(message: IncomingMessage, expected: RowExpectation): FeaturesBlock {
  const { source, batch } = openMessage(featuresSchema, message);
  const { features, columns } = readRows(batch, source, expected, true);
  const record = blockRecord(message.headers, source, countSplits(columns.split));
  return { source, record, layout: expected.layout.id, features, columns };
}

/** The rows of a batch of features or scaled rows, checked. @throws wire_message_invalid */
export function readRows(
  batch: Batch,
  source: BlockSource,
  { layout, megasets }: RowExpectation,
  isWhole: boolean,
): { readonly features: FeatureRows; readonly columns: RowColumns } {
  const invalid = (problem: string) =>
    wireError('wire_message_invalid', problem, { key: `${source.fingerprint}:${source.first}` });
  const features = blockRows(batch, layout, invalid);
  const columns = fromBatchColumns(batch);
  const problem =
    slotProblem(layout, features, isWhole) ??
    valuesProblem(features) ??
    rowColumnsProblem(columns, batch.rows, source, megasets);
  if (problem !== undefined) throw invalid(problem);
  return { features, columns };
}

function blockRows(batch: Batch, layout: FeatureLayout, invalid: (problem: string) => RmmError): FeatureRows {
  try {
    const { features } = fromFeatureBatch(batch, layout.id);
    if (features.columns === layout.columns && features.maskWords === layout.maskWords) return features;
  } catch (error) {
    throw error instanceof RmmError ? invalid(error.message) : error;
  }
  throw invalid(`its rows are not of the width of ${layout.id}`);
}
