import type { CodeSpec } from './code-spec.js';

/** Error codes of the table formats: Parquet files and Arrow batches. */
export const tableCodes = {
  table_shape_invalid: {
    domain: 'internal',
    exit: 1,
    summary:
      'A table to be written has columns of different lengths, codes outside its dictionary or a changed schema.',
    cure: 'This is a defect of the part that built the table: report it with the message.',
  },
  parquet_unsupported: {
    domain: 'data',
    exit: 1,
    summary: 'A Parquet file is sound but uses something that rmmstream does not read.',
    cure: 'Read the file with DuckDB or pyarrow, or give a file that rmmstream wrote.',
  },
  parquet_corrupt: {
    domain: 'data',
    exit: 1,
    summary: 'A Parquet file is cut short or its bytes contradict each other.',
    cure: 'Make the file again: delete it and run the command that wrote it once more.',
  },
  parquet_column_missing: {
    domain: 'data',
    exit: 1,
    summary: 'A Parquet file lacks a column that was asked for.',
    cure: 'Use a file of the kind that the message names; its columns are listed there.',
  },
  zstd_unavailable: {
    domain: 'external',
    exit: 1,
    summary: 'No zstd library can be loaded on this machine.',
    cure: 'Install the dependencies again with optional packages, or use Node 22.15 or later, which has zstd built in.',
  },
  arrow_batch_corrupt: {
    domain: 'data',
    exit: 1,
    summary: 'A batch of feature rows is cut short, fails its checksum or its lengths contradict each other.',
    cure: 'Delete the file and run the same command again; for a message, see the dead letter with its position.',
  },
  arrow_schema_mismatch: {
    domain: 'data',
    exit: 1,
    summary:
      'A batch was written with another schema, schema version or feature layout than the reader expects.',
    cure: 'Use outputs of one version and one configuration of rmmstream together, or write the batch again.',
  },
} as const satisfies Record<string, CodeSpec>;
