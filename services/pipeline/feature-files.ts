import { join } from 'node:path';
import type { Config, Profile } from '../../lib/config/index.js';
import { makeFeatures, rangesOf } from './feature-phase.js';
import type { OpenedFile } from './input-plan.js';
import { layoutOf } from './layout.js';
import type { Surroundings } from './request.js';
import { weighInputs } from './weigh-phase.js';
import { startWorkers } from './workers.js';

export interface FeatureFilesRequest extends Surroundings {
  readonly config: Config;
  readonly profile: Profile;
  readonly opened: readonly OpenedFile[];
  /** Absolute; files and what comes with them are written here. */
  readonly directory: string;
}

/**
 * Features of selected events as `run` writes them before it learns, one file a range, in the order of the inputs.
 * @returns their paths
 * @throws what `run` throws until its features are made
 */
export async function makeFeatureFiles(request: FeatureFilesRequest): Promise<string[]> {
  const { config, profile, opened, directory } = request;
  const layout = layoutOf(directory);
  const pool = startWorkers({ config, profile, directory, modelFolder: layout.model, threads: 1 });
  try {
    const { files } = await weighInputs(opened, pool, {
      ...request,
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: config.input.shared_channels,
      recordFolder: undefined,
    });
    const records = await makeFeatures(rangesOf(files, config.engine.range_events), pool, layout, request);
    return records.map(({ name }) => join(layout.features, `${name}.arrow`));
  } finally {
    await pool.close();
  }
}
