import { rmSync } from 'node:fs';
import { packageVersion } from '../../lib/base/package-root.js';
import { sweepTemporariesOf } from '../../lib/base/temporary-files.js';
import { ParquetFileWriter } from '../../lib/columnar/parquet/file-writer.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { takeRunLock } from '../../lib/flow/run-lock.js';
import { deadLetterCounts } from '../../lib/physics/selection/index.js';
import { featurizerOf } from '../featurizer/config.js';
import { type FlowRecord, flowFromRecord, mergeFlows } from '../selector/flow-record.js';
import { rangesOf } from './feature-phase.js';
import type { FeatureTable } from './feature-table-task.js';
import { writeDeadLetters } from './feature-task.js';
import { openInputs, type PlannedSample } from './input-plan.js';
import { prepareFile } from './output-path.js';
import type { Surroundings } from './request.js';
import type { FeatureTableTask, ProgressStep, WorkerSettings } from './tasks.js';
import { weighInputs } from './weigh-phase.js';
import { startWorkers } from './workers.js';

export interface FeaturesRequest extends Surroundings {
  readonly loaded: LoadedConfig;
  readonly samples: readonly PlannedSample[];
  /** The Parquet file; dead letters go beside it. */
  readonly output: string;
}

export interface FeaturesOutcome {
  readonly output: string;
  readonly layout: string;
  readonly read: number;
  readonly rows: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  /** Where the dead letters are, if there are any. */
  readonly deadLetterFile: string | undefined;
}

/** Features of selected events as one Parquet table, a row an event, in the order of files and entries. */
export async function makeFeatureTable(request: FeaturesRequest): Promise<FeaturesOutcome> {
  const { loaded, progress, signal } = request;
  const { config, profile } = loaded;
  const { layout } = featurizerOf(config);
  const opened = await openInputs(request.samples, {
    config,
    profile,
    verify: config.input.verify_inputs,
    signal,
    onFile: () => undefined,
  });
  prepareFile(
    request.output,
    opened.map(({ path }) => path),
  );
  // What a killed command left beside the output is swept: it must be nobody's who lives.
  const release = takeRunLock(`${request.output}.lock`, `is writing ${request.output}`);
  const writer = openWriter(request, layout.id, release);
  const settings: WorkerSettings = { config, profile, directory: '', modelFolder: '', threads: 1 };
  const pool = startWorkers(settings);
  try {
    const { files } = await weighInputs(opened, pool, {
      ...request,
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: 'any',
      recordFolder: undefined,
    });
    const tasks = rangesOf(files, config.engine.range_events).map(
      (range): FeatureTableTask => ({ kind: 'table', range }),
    );
    progress.start(
      'features',
      files.reduce((sum, { entries }) => sum + entries, 0),
    );
    const order = new InOrder((table: FeatureTable) => writer.writeRowGroup(table.columns));
    await pool.runAll<FeatureTableTask, FeatureTable>(tasks, {
      signal,
      onStep: (step) => progress.advance('features', (step as ProgressStep).events),
      onResult: (table, _, index) => order.put(index, table),
    });
    writer.finish();
    progress.finish('features');
    const flow = mergeFlows(order.flows);
    const deadLetterFile = `${request.output}.dead-letters.jsonl`;
    writeDeadLetters(deadLetterFile, order.deadLetters);
    return {
      output: request.output,
      layout: layout.id,
      read: files.reduce((sum, { entries }) => sum + entries, 0),
      rows: writer.rows,
      deadLetters: flow === undefined ? {} : deadLetterCounts(flowFromRecord(flow)),
      deadLetterFile: order.deadLetters.length > 0 ? deadLetterFile : undefined,
    };
  } catch (error) {
    writer.abort();
    rmSync(`${request.output}.dead-letters.jsonl`, { force: true });
    throw error;
  } finally {
    progress.close();
    await pool.close();
    release();
  }
}

function openWriter(
  { output, loaded }: FeaturesRequest,
  layout: string,
  release: () => void,
): ParquetFileWriter {
  const { row_group_events, codec } = loaded.config.output;
  try {
    sweepTemporariesOf(output);
    return new ParquetFileWriter(output, {
      rowGroupRows: row_group_events,
      codec,
      keyValueMetadata: { 'rmmstream.version': packageVersion, 'rmmstream.feature_layout': layout },
    });
  } catch (error) {
    release();
    throw error;
  }
}

/** Hands tables on in the order of their ranges, whichever worker is done first. */
class InOrder {
  readonly deadLetters: string[] = [];
  readonly flows: FlowRecord[] = [];
  readonly #write: (table: FeatureTable) => void;
  readonly #waiting = new Map<number, FeatureTable>();
  #next = 0;

  constructor(write: (table: FeatureTable) => void) {
    this.#write = write;
  }

  put(index: number, table: FeatureTable): void {
    this.#waiting.set(index, table);
    for (
      let ready = this.#waiting.get(this.#next);
      ready !== undefined;
      ready = this.#waiting.get(this.#next)
    ) {
      this.#waiting.delete(this.#next);
      this.#next += 1;
      this.#write(ready);
      this.deadLetters.push(...ready.deadLetters);
      this.flows.push(ready.flow);
    }
  }
}
