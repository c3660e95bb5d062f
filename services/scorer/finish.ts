import { prepareFileAtomic } from '../../lib/base/atomic-file.js';
import { AtomicFolder } from '../../lib/base/atomic-folder.js';
import { packageVersion } from '../../lib/base/package-root.js';
import type { Prepared } from '../../lib/base/prepared.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import { featurizerOf } from '../featurizer/config.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import { rangesOfBlocks } from '../pipeline/block-ranges.js';
import { sampleCutFlows } from '../pipeline/cutflow.js';
import { countDuplicates } from '../pipeline/duplicates.js';
import { evaluate } from '../pipeline/evaluation.js';
import { layoutOf } from '../pipeline/layout.js';
import { manifestOf } from '../pipeline/manifest.js';
import { type ReportedFile, refuseDuplicates, runReport } from '../pipeline/report.js';
import { listedColumns } from '../scaler/excluded-columns.js';
import { selectionOf } from '../selector/config.js';
import { readBlockLists } from './block-list.js';
import { featureFiles } from './feature-files.js';
import { prepareHashes } from './feature-hashes.js';
import { prepareLetters } from './finish-letters.js';
import { prepareModel } from './model-folder.js';
import { readModel } from './models.js';
import { publishOutputs } from './run-outputs.js';
import { inBlockOrder, scoredParts } from './scored-blocks.js';
import { runTiming } from './timing.js';

/**
 * Writes what a bounded run ends with, from the score files, their lists of blocks, the dead letters and the
 * model: cutflow.json, dead-letters/, model/ and run.json, the same as the embedded engine writes.
 * @throws duplicate_events where the configuration refuses them, and what reading and writing throw
 */
export async function finishRun(context: ServiceContext, tenure: Tenure): Promise<void> {
  const { loaded, view, tools } = context;
  const { signal } = tenure;
  const { config } = loaded;
  const layout = layoutOf(loaded.outputDirectory);
  const { state } = view;
  const blocks = inBlockOrder(readBlockLists(kafkaLayoutOf(loaded.outputDirectory).blocks));
  const records = rangesOfBlocks(blocks, config.engine.range_events, '');
  const cutFlows = sampleCutFlows(records, config.input.samples, selectionOf(config));
  const letters = await prepareLetters(context, blocks, signal);
  const first = function* (): Generator<Prepared, void> {
    yield letters.folder;
    yield prepareFileAtomic(layout.cutflowJson, text({ version: packageVersion, samples: cutFlows }));
  };
  await publishOutputs(context, tenure, first());
  const duplicates = await duplicatesOf(context, tenure);
  refuseDuplicates(duplicates, config.input.duplicates);
  const { id, from } = state.models.at(-1)!;
  const model = await readModel(context, id, signal, from);
  const clock = () => tools.clock.steadyMs();
  const evaluation = await evaluate(await scoredParts(blocks, layout.scores, config, signal), config, {
    progress: createProgress({ style: 'none', write: () => undefined, nowMs: clock }),
    signal,
    nowMs: clock,
  });
  const scored = records.reduce((sum, { rows }) => sum + rows, 0);
  const report = runReport({
    given: loaded,
    manifest: manifestOf(loaded, []),
    files: state.files.map(reportedFile),
    records,
    cutFlows,
    duplicates,
    loaded: model,
    excluded: listedColumns(config, featurizerOf(config).layout.names),
    scored,
    evaluation,
    timing: runTiming(state, records, tools.clock.wallMs()),
    inDeadMessages: letters.lostEntries,
  });
  const last = function* (): Generator<Prepared, void> {
    yield* prepareModel(layout.model, layout.modelZip, model.model);
    yield prepareFileAtomic(layout.runJson, text(report));
    if (!config.output.keep_features) yield new AtomicFolder(layout.features);
  };
  await publishOutputs(context, tenure, last());
}

function text(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Events with the split key of another one, among all rows of the run. */
async function duplicatesOf(context: ServiceContext, tenure: Tenure): Promise<number> {
  const { config, outputDirectory } = context.loaded;
  const { signal } = tenure;
  const { features } = layoutOf(outputDirectory);
  if (config.output.keep_features) return countDuplicates(featureFiles(features), features, signal);
  const { hashes } = kafkaLayoutOf(outputDirectory);
  await publishOutputs(context, tenure, prepareHashes(features, hashes));
  return countDuplicates(featureFiles(hashes), hashes, signal);
}

function reportedFile(file: ServiceContext['view']['state']['files'][number]): ReportedFile {
  const { sample, kind, name, fingerprint, bytes, entries, weights } = file;
  return { sample, kind, name, fingerprint, bytes, entries, weights };
}
