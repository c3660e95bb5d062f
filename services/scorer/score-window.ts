import { join } from 'node:path';
import type { AtomicFile } from '../../lib/base/atomic-file.js';
import { prepareParquetFile } from '../../lib/columnar/parquet/file-writer.js';
import type { Config } from '../../lib/config/index.js';
import {
  copyScores,
  createScoreColumns,
  type ScoreColumns,
  type ScorePlan,
} from '../../lib/learning/score-plan.js';
import type { RowColumns } from '../featurizer/row-columns.js';
import { RowTable } from '../featurizer/row-table.js';
import type { ScaledWire } from '../wire/scaled.js';
import { type ListedBlock, prepareBlockList } from './block-list.js';
import { scoreTable } from './score-table.js';

interface ScoredBlock extends Pick<ScaledWire, 'source' | 'record'> {
  readonly columns: RowColumns;
  readonly scores: ScoreColumns;
}

/** Where and how score files are written. */
export interface ScoreFiles {
  readonly scores: string;
  readonly blocks: string;
  readonly plan: ScorePlan;
  readonly config: Pick<Config, 'output'>;
}

/** The rows of one window that one model has scored, on their way to one file. */
export class ScoreWindow {
  readonly #name: string;
  readonly #model: string;
  readonly #scaler: string;
  readonly #blocks: ScoredBlock[] = [];
  #rows = 0;

  constructor(name: string, model: string, scaler: string) {
    this.#name = name;
    this.#model = model;
    this.#scaler = scaler;
  }

  /** @param columns are kept until the file is written */
  add(block: ScoredBlock): void {
    this.#blocks.push(block);
    this.#rows += block.record.rows;
  }

  /** Prepares the list of blocks, then the file; the same blocks give the same bytes. @throws disk_full, io_failed */
  *prepare({ scores: folder, blocks: listFolder, plan, config }: ScoreFiles): Generator<AtomicFile, void> {
    const table = new RowTable(this.#rows);
    const scores = createScoreColumns(plan, this.#rows);
    const listed: ListedBlock[] = [];
    for (const { source, record, columns, scores: own } of this.#blocks) {
      const from = table.appendRows(columns, record.rows);
      copyScores(own, record.rows, scores, from);
      listed.push({ source, record, from });
    }
    yield prepareBlockList(listFolder, this.#name, listed);
    const parts = this.#blocks.map(({ source: { sample, kind, file }, record: { rows } }) => ({
      sample,
      kind,
      file,
      rows,
      modelVersion: this.#model,
      scalerVersion: this.#scaler,
    }));
    const path = join(folder, `${this.#name}.parquet`);
    yield prepareParquetFile(path, scoreTable(table, scores, parts, plan), {
      rowGroupRows: config.output.row_group_events,
      codec: config.output.codec,
    });
  }
}
