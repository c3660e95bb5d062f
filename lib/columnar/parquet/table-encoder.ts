import { invariant } from '../../base/error.js';
import { ByteSink } from './byte-sink.js';
import { checkColumns, columnRows, invalid, type ParquetColumn, sliceColumn } from './column.js';
import { encodeChunk } from './encode-chunk.js';
import { encodeFooter, type FieldSchema, fieldOf, type RowGroupMetadata } from './footer.js';
import { type Codec, magic } from './format.js';
import { PageWriter } from './page-writer.js';
import { zstdCompressor } from './zstd.js';

export interface ParquetOptions {
  /** Default 'zstd' (level 1). Columns of one value are always stored as they are. */
  readonly codec?: Codec;
  /** Rows of a row group, default 131,072. */
  readonly rowGroupRows?: number;
  /** What goes into the footer beside the schema, in the order of its keys. */
  readonly keyValueMetadata?: Readonly<Record<string, string>>;
}

export const defaultRowGroupRows = 131_072;

/** A Parquet file as bytes, row group by row group; who calls says where the bytes go. */
export class TableEncoder {
  readonly #options: ParquetOptions;
  readonly #pages: PageWriter;
  readonly #groups: RowGroupMetadata[] = [];
  #fields: readonly FieldSchema[] | undefined;
  #ended = false;

  constructor(options: ParquetOptions = {}) {
    this.#options = options;
    this.#pages = new PageWriter(0, (options.codec ?? 'zstd') === 'zstd' ? zstdCompressor() : undefined);
    this.#pages.raw(magic);
  }

  /**
   * The bytes of the row groups that hold `columns`, cut at `rowGroupRows`. Names, types and nullability must
   * be those of the first call; a call without rows only fixes them.
   * @throws table_shape_invalid
   */
  rowGroups(columns: readonly ParquetColumn[]): Uint8Array[] {
    invariant(!this.#ended, 'a Parquet file takes no more rows after its footer');
    const rows = columns.length === 0 ? 0 : columnRows(columns[0]!);
    checkColumns(columns, rows);
    this.#checkFields(columns);
    const step = this.#options.rowGroupRows ?? defaultRowGroupRows;
    for (let start = 0; start < rows; start += step) {
      const end = Math.min(rows, start + step);
      const chunks = columns.map((column) => encodeChunk(sliceColumn(column, start, end), this.#pages));
      this.#groups.push({ rows: end - start, chunks });
    }
    return this.#pages.take();
  }

  /** The footer; ends the file. */
  end(): Uint8Array[] {
    invariant(!this.#ended, 'a Parquet file has one footer');
    this.#ended = true;
    const footer = encodeFooter(this.#fields ?? [], this.#groups, this.#options.keyValueMetadata ?? {});
    const tail = new ByteSink(8);
    tail.uint32(footer.length);
    tail.append(magic);
    this.#pages.raw(footer);
    this.#pages.raw(tail.copy());
    return this.#pages.take();
  }

  #checkFields(columns: readonly ParquetColumn[]): void {
    const fields = columns.map(fieldOf);
    this.#fields ??= fields;
    for (let i = 0; i < Math.max(fields.length, this.#fields.length); i++) {
      const field = fields[i];
      const first = this.#fields[i];
      if (field?.name !== first?.name || field?.type !== first?.type || field?.nullable !== first?.nullable) {
        const name = field?.name ?? first?.name ?? '';
        throw invalid(name, `is not what the first row group had at place ${i}: ${JSON.stringify(first)}`);
      }
    }
  }
}

/** A whole table as the chunks of a Parquet file; equal input gives equal bytes. @throws table_shape_invalid */
export function encodeParquet(columns: readonly ParquetColumn[], options: ParquetOptions = {}): Uint8Array[] {
  const encoder = new TableEncoder(options);
  return [...encoder.rowGroups(columns), ...encoder.end()];
}
