import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type JsonObject } from '../../lib/config/index.js';
import { featurizerOf } from '../featurizer/config.js';
import { countDuplicates } from '../pipeline/duplicates.js';
import { makeFeatures, rangesOf } from '../pipeline/feature-phase.js';
import type { OpenedFile } from '../pipeline/input-plan.js';
import { layoutOf, type RunLayout } from '../pipeline/layout.js';
import type { Manifest } from '../pipeline/manifest.js';
import { type RangeRecord, recordedRanges } from '../pipeline/records.js';
import { refuseDuplicates } from '../pipeline/report.js';
import { makeScaler } from '../pipeline/train-phase.js';
import { weighInputs } from '../pipeline/weigh-phase.js';
import { startWorkers } from '../pipeline/workers.js';
import { listedColumns } from '../scaler/excluded-columns.js';
import { featurePart } from './identity.js';
import { readJson } from './read-json.js';
import type { TuneRequest } from './request.js';
import type { SampleSource } from './sample.js';

/**
 * Features of the background as `rmmstream run` makes them: those of the finished run in output.directory where it is
 * of the same files and settings, else made now, in the directory of the search.
 */
export async function backgroundFeatures(
  opened: readonly OpenedFile[],
  manifest: Manifest,
  layout: RunLayout,
  request: TuneRequest,
): Promise<SampleSource> {
  const { loaded, progress } = request;
  const run = layoutOf(loaded.outputDirectory);
  const finished = finishedRecords(run, manifest);
  if (finished !== undefined) {
    progress.note(`taking the features of the finished run in ${loaded.config.output.directory}`);
    return sourceOf(finished, run, manifest, request);
  }
  const { config, profile } = loaded;
  const pool = startWorkers({
    config,
    profile,
    directory: layout.root,
    modelFolder: layout.model,
    threads: 1,
  });
  try {
    const { files } = await weighInputs(opened, pool, {
      ...request,
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: config.input.shared_channels,
      recordFolder: layout.weighed,
    });
    const records = await makeFeatures(rangesOf(files, config.engine.range_events), pool, layout, request);
    refuseDuplicates(
      await countDuplicates(records, layout.features, request.signal),
      config.input.duplicates,
    );
    return sourceOf(records, layout, manifest, request);
  } finally {
    await pool.close();
  }
}

/** The features of the search itself take much more room than its sample, and are made anew where they are missed. */
export function clearFeatures(layout: RunLayout): void {
  for (const path of [layout.features, layout.moments]) rmSync(path, { recursive: true, force: true });
}

function sourceOf(
  records: readonly RangeRecord[],
  layout: RunLayout,
  manifest: Manifest,
  request: TuneRequest,
): SampleSource {
  const { config, profile } = request.loaded;
  const featureLayout = featurizerOf(config).layout;
  const scaler = makeScaler(records, {
    ...request,
    config,
    profile,
    configurationHash: manifest.configurationHash,
    featureLayout,
    layout,
    // A search reads the background alone, so that it cannot judge columns by data.
    excluded: listedColumns(config, featureLayout.names),
  });
  return { sources: records, featureFolder: layout.features, scaler };
}

/** Records of the background of a finished run that has all that its features' readers need. */
function finishedRecords(run: RunLayout, manifest: Manifest): RangeRecord[] | undefined {
  const found = existsSync(run.finished) ? readJson<Manifest>(run.manifest) : undefined;
  if (found === undefined) return undefined;
  const filesOf = ({ inputs }: Manifest) =>
    canonicalJson(
      inputs
        .filter(({ kind }) => kind === 'background')
        .map(({ sample, fingerprint, entries }) => ({ sample, fingerprint, entries })),
    );
  const isSame =
    found.program === manifest.program &&
    canonicalJson(featurePart(found.configuration as JsonObject)) ===
      canonicalJson(manifest.configuration as JsonObject) &&
    filesOf(found) === filesOf(manifest);
  if (!isSame) return undefined;
  const records = recordedRanges(run);
  const background = records.filter(({ kind }) => kind === 'background');
  const isThere = ({ name }: RangeRecord) =>
    existsSync(join(run.features, `${name}.arrow`)) && existsSync(join(run.moments, `${name}.bin`));
  return background.length > 0 && background.every(isThere) ? background : undefined;
}
