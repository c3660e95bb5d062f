import { RmmError } from '../../base/error.js';
import { type Batch, type BatchColumn, type BatchSource, columnOf, describeSource } from './batch.js';
import { corrupt } from './batch-index.js';
import { decodeBatch, type ExpectedSchema } from './decode.js';
import { encodeBatch } from './encode.js';

/** Feature rows in block form, as lib/physics makes them: rows + 1 offsets, rows x maskWords masks. */
export interface BlockRows {
  readonly rows: number;
  readonly columns: number;
  readonly maskWords: number;
  readonly masks: Uint32Array;
  readonly offsets: Int32Array;
  readonly values: Float32Array;
}

/** Feature rows, and whatever columns go with their events (run, event, weight, met, split ...). */
export interface FeatureBatch {
  /** The id of the feature layout, for example "rmm/thesis/T4N5/j6b6e5m5". */
  readonly layout: string;
  readonly source: BatchSource;
  readonly features: BlockRows;
  readonly columns: readonly BatchColumn[];
}

/** Version 2 has the column `late`, and facts of the source beside its file; before it no row was late. */
export const featureSchema: ExpectedSchema = {
  id: 'rmmstream.features',
  version: 2,
  upgrades: {
    1: (batch) => ({
      ...batch,
      columns: [...batch.columns, { kind: 'boolean', name: 'late', data: new Uint8Array(batch.rows) }],
    }),
  },
};

const reserved = ['mask', 'values'];

/** The batch that travels: `mask` (a fixed list of uint32, absent without masks), `values` (a list), the rest. */
export function toFeatureBatch({ layout, source, features, columns }: FeatureBatch): Batch {
  const { rows, maskWords, masks, offsets, values } = features;
  for (const column of columns) {
    if (reserved.includes(column.name)) {
      throw new RmmError(
        'table_shape_invalid',
        `a column beside feature rows may not be called "${column.name}"`,
      );
    }
  }
  const own: BatchColumn[] = [];
  if (maskWords > 0) {
    own.push({ kind: 'fixed', name: 'mask', width: maskWords, values: masks.subarray(0, rows * maskWords) });
  }
  own.push({ kind: 'list', name: 'values', offsets: offsets.subarray(0, rows + 1), values });
  return {
    schema: {
      id: featureSchema.id,
      version: featureSchema.version,
      metadata: { layout, columns: String(features.columns), mask_words: String(maskWords) },
    },
    source,
    rows,
    columns: [...own, ...columns],
  };
}

/** @throws arrow_batch_corrupt, arrow_schema_mismatch (also where `layout` is given and differs) */
export function fromFeatureBatch(batch: Batch, layout?: string): FeatureBatch {
  const { metadata } = batch.schema;
  const name = describeSource(batch.source);
  if (layout !== undefined && metadata.layout !== layout) {
    throw new RmmError(
      'arrow_schema_mismatch',
      `batch ${name} holds features of the layout ${metadata.layout} where ${layout} is expected`,
    );
  }
  const width = Number(metadata.columns);
  const maskWords = Number(metadata.mask_words);
  const list = columnOf(batch, 'values', 'list');
  const mask = maskWords > 0 ? columnOf(batch, 'mask', 'fixed') : undefined;
  const masks = mask?.values ?? new Uint32Array(0);
  if (
    !(list.values instanceof Float32Array) ||
    !(masks instanceof Uint32Array) ||
    (mask && mask.width !== maskWords)
  ) {
    throw corrupt(name, 'has masks or values of another type than its schema version has');
  }
  if (!(width > 0) || metadata.layout === undefined) throw corrupt(name, 'does not say its layout');
  const { rows } = batch;
  return {
    layout: metadata.layout,
    source: batch.source,
    features: { rows, columns: width, maskWords, masks, offsets: list.offsets, values: list.values },
    columns: batch.columns.filter((column) => !reserved.includes(column.name)),
  };
}

/** Feature rows as bytes for a message or a file of one batch. @throws table_shape_invalid */
export function encodeFeatureBatch(batch: FeatureBatch): Uint8Array {
  return encodeBatch(toFeatureBatch(batch));
}

/** @throws arrow_batch_corrupt, arrow_schema_mismatch */
export function decodeFeatureBatch(bytes: Uint8Array, layout?: string, name?: string): FeatureBatch {
  return fromFeatureBatch(decodeBatch(bytes, featureSchema, name), layout);
}
