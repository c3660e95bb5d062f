import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { type Config, diffConfig, type JsonObject } from '../../lib/config/index.js';
import { featurizerOf } from '../featurizer/config.js';
import type { RunView } from '../kafka/run-view.js';
import { type LoadedModel, loadModel } from '../scorer/model-folder.js';
import { readModel } from '../scorer/models.js';
import type { TrainingRecord } from '../trainer/training-record.js';

/**
 * The model that a person names: a model folder, or the id of one on the topic models.
 * @throws model_missing, model_corrupt
 */
export async function modelNamed(run: RunView, name: string, currentDirectory: string): Promise<LoadedModel> {
  const folder = resolve(currentDirectory, name);
  if (existsSync(folder)) return loadModel(folder);
  const ids = run.view.state.models.map(({ id }) => id);
  if (ids.includes(name)) return readModel(run, name, run.signal);
  throw new RmmError(
    'model_missing',
    `${name} is neither a folder nor a model of this run; ${ids.length === 0 ? 'it has published none' : `it has published ${ids.join(', ')}`}`,
    { context: { model: name } },
  );
}

/** Refuses a model that was made for other features than the run has on its topics. @throws model_mismatch */
export function refuseOtherFeatures({ id, model }: LoadedModel, config: Config): void {
  const record = model.record as unknown as Partial<TrainingRecord>;
  const { layout } = featurizerOf(config);
  const made = record.feature_layout ?? 'unknown features';
  if (made === layout.id && model.scaler.columns === layout.columns) return;
  const features = record.settings?.features;
  const lines =
    features === undefined
      ? []
      : diffConfig(config.features as unknown as JsonObject, features as unknown as JsonObject);
  const differences = lines.map((line) => `\n  features.${line}`).join('');
  throw new RmmError(
    'model_mismatch',
    `model ${id} was made for ${made} (${model.scaler.columns} columns), the run has features of ${layout.id} (${layout.columns} columns)${differences === '' ? '' : `. What differs, run -> model:${differences}`}`,
    { context: { model: id, found: made, expected: layout.id } },
  );
}
