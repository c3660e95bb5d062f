import { RmmError } from '../../lib/base/error.js';
import { type Config, scoreColumnNames } from '../../lib/config/index.js';
import { testWeightFactor } from '../../lib/statistics/test-weights.js';
import type { FinishedRun, FinishedRuns } from './open-runs.js';
import { findRegions, type Regions } from './regions.js';
import { type ReportSample, reportSamples, shown } from './samples.js';
import { ScoreTable } from './score-table.js';
import type { Section } from './section.js';

/** What every section is made from. */
export interface ReportContext {
  readonly runs: FinishedRuns;
  /** The first run; its configuration is that of all joined runs but for their samples. */
  readonly first: FinishedRun;
  readonly settings: Config['report'];
  readonly samples: readonly ReportSample[];
  readonly table: ScoreTable;
  /** Column by which regions are made. */
  readonly score: string;
  /** All score columns of the run. */
  readonly scores: readonly string[];
  readonly regions: Regions;
  /**
   * By what simulation is multiplied where data are shown: luminosity of the shown data over the one the weights
   * have; undefined where no data are there.
   */
  readonly dataScale: number | undefined;
  /** Folder against which names of input files are resolved; undefined where inputs are not to be had. */
  readonly inputFolder: string | undefined;
  /** Folder for what the report needs while it is made. */
  readonly temporary: string;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Makes one section; undefined where the runs have nothing for it. */
export type SectionMaker = (context: ReportContext) => Promise<Section | undefined>;

export interface ContextOptions {
  readonly settings: Config['report'];
  readonly inputFolder: string | undefined;
  readonly temporary: string;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** @throws report_score_unknown, report_luminosity_missing, report_query_failed */
export async function openContext(runs: FinishedRuns, options: ContextOptions): Promise<ReportContext> {
  const { settings } = options;
  const [first] = runs.joined as [FinishedRun];
  const scores = scoreColumnNames(first.config);
  if (!scores.includes(settings.score)) {
    throw new RmmError(
      'report_score_unknown',
      `report.score: ${settings.score} is no score of ${first.shown}; expected one of ${scores.join(', ')}`,
      { context: { score: settings.score } },
    );
  }
  const samples = reportSamples(runs.joined);
  const table = await ScoreTable.open({
    files: runs.joined.flatMap(({ scoreFiles }) => scoreFiles),
    leftOut: samples.filter(({ leftOut }) => leftOut !== undefined).map(({ name }) => name),
    testScale: testWeightFactor(first.config.training.train_fraction),
    memoryMb: settings.memory_mb,
    threads: options.threads,
    temporary: options.temporary,
  });
  try {
    return {
      runs,
      first,
      settings,
      samples,
      table,
      score: settings.score,
      scores,
      regions: await findRegions(table, settings.score, settings),
      dataScale: dataScale(samples, first.config.luminosity_fb),
      inputFolder: options.inputFolder,
      temporary: options.temporary,
      threads: options.threads,
      signal: options.signal,
    };
  } catch (error) {
    table.close();
    throw error;
  }
}

/** decisions.md 18. @throws report_luminosity_missing */
function dataScale(samples: readonly ReportSample[], luminosityFb: number): number | undefined {
  const data = shown(samples, 'data');
  if (data.length === 0) return undefined;
  let sum = 0;
  for (const { name, luminosityFb: own } of data) {
    if (own === undefined) {
      throw new RmmError(
        'report_luminosity_missing',
        `input.samples[${name}].luminosity_fb is missing: simulation cannot be scaled to the data of ${name}; expected its integrated luminosity in fb^-1`,
        { context: { sample: name } },
      );
    }
    sum += own;
  }
  return sum / luminosityFb;
}
