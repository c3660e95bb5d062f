import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { RmmError } from '../../lib/base/error.js';

/** Columns of an answer by name: numbers as number, text as string, absent as null. */
export type Answer = Readonly<Record<string, readonly unknown[]>>;

export interface ScoreTableOptions {
  readonly files: readonly string[];
  /** Samples whose rows are in no answer. */
  readonly leftOut: readonly string[];
  /** By what the weights of the background's test part are multiplied: the inverse of its nominal share (decisions.md 7). */
  readonly testScale: number;
  readonly memoryMb: number;
  readonly threads: number;
  /** Folder for what does not fit into memory. */
  readonly temporary: string;
}

/**
 * The score files of the joined runs as one table `rows`, aggregated out of core by DuckDB. It holds what figures
 * are made of: the test part of the background, all signal and all data; columns as in the score files,
 * `w`: the signed weight at the full luminosity (data 1), and where a row stands: `filename`, `file_row_number`.
 */
export class ScoreTable {
  readonly #connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** @throws report_query_failed */
  static async open(options: ScoreTableOptions): Promise<ScoreTable> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${options.memoryMb}MB`,
      threads: String(options.threads),
      temp_directory: options.temporary,
      preserve_insertion_order: 'false',
      // DuckDB would fetch and run native code from its makers' server where a file asks for an extension.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const table = new ScoreTable(instance, await instance.connect());
    const leftOut = options.leftOut.length === 0 ? '' : ` and sample not in (${options.leftOut.map(quoted)})`;
    try {
      await table.query(
        `create view rows as select *, case kind when 'background' then weight * ${real(options.testScale)} else weight end as w
         from read_parquet([${options.files.map(quoted).join(',')}], union_by_name = true, filename = true, file_row_number = true)
         where (kind <> 'background' or split = 'test')${leftOut}`,
      );
    } catch (error) {
      table.close();
      throw error;
    }
    return table;
  }

  /** @throws report_query_failed */
  async query(sql: string): Promise<Answer> {
    try {
      const reader = await this.#connection.runAndReadAll(sql);
      return reader.getColumnsObjectJS() as Answer;
    } catch (cause) {
      throw new RmmError(
        'report_query_failed',
        `the score files could not be read: ${(cause as Error).message}`,
        {
          context: {},
          cause,
        },
      );
    }
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** A text as SQL has it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A column's name as SQL has it. */
export function named(column: string): string {
  return `"${column.replaceAll('"', '""')}"`;
}

/**
 * A number as SQL has it, with all its bits. Written with a decimal point alone it would be a DECIMAL, which DuckDB
 * rounds to the float32 of a column that it is compared with, and not always to the nearest.
 */
export function real(value: number): string {
  return `(${value.toExponential()})`;
}

/** Numbers of an answer's column; absent ones are NaN, 64-bit ones become double. */
export function numbers(answer: Answer, column: string): Float64Array {
  return Float64Array.from(answer[column]!, (value) => (value === null ? Number.NaN : Number(value)));
}

/** Texts of an answer's column. */
export function texts(answer: Answer, column: string): string[] {
  return answer[column]!.map(String);
}
