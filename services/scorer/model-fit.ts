import { RmmError } from '../../lib/base/error.js';
import {
  type Config,
  diffConfig,
  type JsonObject,
  type Profile,
  selectionIdentity,
} from '../../lib/config/index.js';
import type { ModelFeatures } from '../../lib/learning/model.js';
import { featurizerOf } from '../featurizer/config.js';
import { modelFeatures, type TrainingRecord } from '../trainer/training-record.js';
import type { LoadedModel } from './model-folder.js';

/** What events are read, selected and made features of with. */
export interface DataSettings {
  readonly config: Pick<Config, 'selection' | 'features'>;
  readonly profile: Profile;
}

/**
 * The settings that a model was trained with.
 * @throws model_mismatch where it does not say
 */
export function settingsOf({ id, model }: LoadedModel): Pick<TrainingRecord, 'settings' | 'profile'> {
  const { settings, profile } = model.record as unknown as Partial<TrainingRecord>;
  if (settings !== undefined && profile !== undefined) return { settings, profile };
  throw new RmmError(
    'model_mismatch',
    `model ${id} does not say with which settings it was made; train it again`,
    {
      context: { model: id },
    },
  );
}

/**
 * Refuses a model for data whose columns are others, or come from another selection: its scores would mean nothing.
 * @param whose the data, for the message: "the run"
 * @throws model_mismatch that names every difference
 */
export function refuseMisfit(loaded: LoadedModel, data: DataSettings, whose: string): void {
  const { layout } = featurizerOf(data.config);
  const wanted = modelFeatures(data.config.features, layout);
  const columns = featureDifferences(wanted, loaded.model.features, [whose, 'the model']);
  const differences = [...columns, ...selectionDifferences(loaded, data)];
  if (differences.length === 0) return;
  throw new RmmError(
    'model_mismatch',
    `model ${loaded.id} does not fit ${whose}. What differs, ${whose} -> model:${differences.map((line) => `\n  ${line}`).join('')}`,
    { context: { model: loaded.id, differences } },
  );
}

function selectionDifferences(loaded: LoadedModel, { config, profile }: DataSettings): string[] {
  const made = settingsOf(loaded);
  return diffConfig(
    selectionIdentity(config.selection, profile),
    selectionIdentity(made.settings.selection, made.profile),
  );
}

/** What differs between two sets of columns, one line a difference, at most so many columns by name. */
export function featureDifferences(
  before: ModelFeatures,
  after: ModelFeatures,
  [one, other]: readonly [string, string],
): string[] {
  const settings = diffConfig(before.settings as JsonObject, after.settings as JsonObject);
  const lines = settings.map((line) => `features.${line}`);
  if (before.layout !== after.layout) lines.push(`layout: ${before.layout} -> ${after.layout}`);
  const first = new Set(before.names);
  const second = new Set(after.names);
  const gone = before.names.filter((name) => !second.has(name));
  const added = after.names.filter((name) => !first.has(name));
  if (gone.length > 0) lines.push(`columns only of ${one} (${gone.length}): ${someOf(gone)}`);
  if (added.length > 0) lines.push(`columns only of ${other} (${added.length}): ${someOf(added)}`);
  const moved = before.names.findIndex((name, column) => name !== after.names[column]);
  if (gone.length === 0 && added.length === 0 && moved >= 0)
    lines.push(`order of columns, from column ${moved} on: ${before.names[moved]} -> ${after.names[moved]}`);
  return lines;
}

const mostNames = 8;

function someOf(names: readonly string[]): string {
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  return `${names.slice(0, mostNames).join(', ')}${more}`;
}
