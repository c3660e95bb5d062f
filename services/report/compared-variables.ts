import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { testWeightFactor } from '../../lib/statistics/test-weights.js';
import type { ComparedSamples } from '../agreement/compared-rows.js';
import { countFeatures } from '../agreement/feature-counts.js';
import type { DataSource, VariableCounts } from '../agreement/variable-counts.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ReportContext } from './context.js';
import { countEventVariables } from './event-variables.js';
import { countObjectVariables } from './object-variables.js';
import { shown } from './samples.js';
import { numbers, texts } from './score-table.js';

/** Every variable of data and simulation, counted once for all sections that compare them. */
export interface ComparedVariables {
  readonly variables: readonly VariableCounts[];
  /** Simulated samples, in the order of `bySample`. */
  readonly simulated: readonly string[];
  /** In the order of `data`. */
  readonly sources: readonly DataSource[];
  /** Number of runs of the data, those without a source of their own too. */
  readonly runs: number;
  /** Why no feature is compared; undefined where they are. */
  readonly withoutFeatures?: string;
  /** Why variables of objects that features do not hold are not compared; undefined where they are. */
  readonly withoutObjects?: string;
}

const known = new WeakMap<ReportContext, Promise<ComparedVariables | undefined>>();

/** Undefined where there are no data, or no background to compare them with. */
export function comparedVariables(context: ReportContext): Promise<ComparedVariables | undefined> {
  let found = known.get(context);
  if (found === undefined) {
    found = countVariables(context);
    known.set(context, found);
  }
  return found;
}

async function countVariables(context: ReportContext): Promise<ComparedVariables | undefined> {
  const simulated = shown(context.samples, 'background').map(({ name }) => name);
  const data = shown(context.samples, 'data').map(({ name }) => name);
  if (simulated.length === 0 || data.length === 0) return undefined;
  const { sources, runs } = await dataSources(context, data);
  const { train_fraction: trainFraction } = context.first.config.training;
  const samples: ComparedSamples = {
    simulated,
    sources,
    parts: 'test',
    scale: testWeightFactor(trainFraction),
  };
  const ofEvents = await countEventVariables(context, samples);
  const ofObjects = await countObjectVariables(context, samples);
  const files = featureFiles(context);
  const ofFeatures =
    files === undefined
      ? []
      : await countFeatures({
          files,
          layout: featurizerOf(context.first.config).layout,
          samples,
          signal: context.signal,
        });
  return {
    variables: [...ofEvents, ...('variables' in ofObjects ? ofObjects.variables : []), ...ofFeatures],
    simulated,
    sources,
    runs,
    ...(files === undefined
      ? { withoutFeatures: 'the features were not kept (output.keep_features: false)' }
      : {}),
    ...('notDefined' in ofObjects ? { withoutObjects: ofObjects.notDefined } : {}),
  };
}

/** The runs with most events, and for each sample one source for its other runs, if it has some. */
async function dataSources(
  { table, settings }: ReportContext,
  data: readonly string[],
): Promise<{ readonly sources: DataSource[]; readonly runs: number }> {
  const answer = await table.query(
    `select sample, run_number as run, count(*)::double as n from rows where kind = 'data'
     group by all order by n desc, run, sample`,
  );
  const samples = texts(answer, 'sample');
  const all = [...numbers(answer, 'run')].map((run, row): DataSource => ({ sample: samples[row]!, run }));
  const own = all.slice(0, settings.agreement_runs);
  const others = new Set(all.slice(settings.agreement_runs).map(({ sample }) => sample));
  const sources = data.flatMap((name): DataSource[] => [
    ...own.filter(({ sample }) => sample === name).sort((a, b) => a.run! - b.run!),
    ...(others.has(name) ? [{ sample: name, run: undefined }] : []),
  ]);
  return { sources, runs: all.length };
}

/** Feature files of all joined runs, in the order of runs and names; undefined where one has none. */
function featureFiles({ runs }: ReportContext): string[] | undefined {
  const files: string[] = [];
  for (const { layout } of runs.joined) {
    if (!existsSync(layout.features)) return undefined;
    const names = readdirSync(layout.features).filter(
      (name) => name.endsWith('.arrow') && !name.startsWith('.'),
    );
    if (names.length === 0) return undefined;
    files.push(...names.sort().map((name) => join(layout.features, name)));
  }
  return files;
}
