import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import type { RunView } from '../kafka/run-view.js';
import { type LoadedModel, loadModel } from '../scorer/model-folder.js';
import { readModel } from '../scorer/models.js';

/**
 * The model that a person names: a model folder or .zip, or the id of one on the topic models.
 * @throws model_missing, model_corrupt
 */
export async function modelNamed(run: RunView, name: string, currentDirectory: string): Promise<LoadedModel> {
  const path = resolve(currentDirectory, name);
  if (existsSync(path)) return loadModel(path);
  const ids = run.view.state.models.map(({ id }) => id);
  if (ids.includes(name)) return readModel(run, name, run.signal);
  throw new RmmError(
    'model_missing',
    `${name} is neither a file or folder nor a model of this run; ${ids.length === 0 ? 'it has published none' : `it has published ${ids.join(', ')}`}`,
    { context: { model: name } },
  );
}
