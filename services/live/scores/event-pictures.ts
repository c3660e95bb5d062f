import { basename, dirname } from 'node:path';
import { RmmError } from '../../../lib/base/error.js';
import { dense } from '../../../lib/physics/rmm/index.js';
import { openInput } from '../../pipeline/input-plan.js';
import { featureNamesOf } from '../../report/cells-model.js';
import { type EventObjects, objectsOfEntries } from '../../report/events-objects.js';
import { eventDisplaySvg } from '../../report/figures/event-display.js';
import { energyUnit, eventMatrixSvg } from '../../report/figures/event-matrix.js';
import { visitFeatures } from '../../report/row-places.js';
import type { EventDetail } from '../shared/event-detail.js';
import type { TopEntry } from './score-board.js';
import type { BoardSettings, EventPictures } from './tasks.js';

/**
 * Reads the event of a row again, from its input file and from the features, and draws it.
 * @param onStep hears again and again that it goes on: there may be many features to look through
 */
export async function eventPictures(
  entry: TopEntry,
  settings: BoardSettings,
  onStep: () => void,
): Promise<EventPictures> {
  const { id } = entry.view;
  const objects = await orReason(() => objectsOf(entry, settings));
  const values = await orReason(() => valuesOf(entry, onStep));
  const names = featureNamesOf(settings.config);
  const { matrix } = names;
  const noMatrix = 'reason' in values ? values.reason : matrix === undefined ? 'features are a table' : '';
  return {
    detail: {
      id,
      noDisplay: 'reason' in objects ? objects.reason : '',
      noMatrix,
      objects: 'reason' in objects ? [] : objects.found.objects,
      met: 'reason' in objects ? undefined : { pt: objects.found.met, phi: objects.found.metPhi },
      cells: 'reason' in values ? [] : cellsOf(values.found, names),
    },
    display: 'reason' in objects ? undefined : eventDisplaySvg(`event-${id}`, objects.found),
    matrix:
      'reason' in values || matrix === undefined
        ? undefined
        : eventMatrixSvg(`matrix-${id}`, values.found, { ...names, matrix }, []),
  };
}

/** What was found, or in words why it was not: files may be gone, and pictures are no reason to end a run. */
type Sought<Found> = { readonly found: Found } | { readonly reason: string };

async function orReason<Found>(find: () => Promise<Sought<Found>>): Promise<Sought<Found>> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof RmmError) return { reason: error.message };
    throw error;
  }
}

async function objectsOf({ view }: TopEntry, settings: BoardSettings): Promise<Sought<EventObjects>> {
  const { config, profile, samples } = settings;
  const sample = samples.find(({ name }) => name === view.sample);
  const file = sample?.files.find(({ name }) => name === view.file);
  if (sample === undefined || file === undefined)
    return { reason: `${view.file} is no input file on this machine` };
  const signal = new AbortController().signal;
  // Weights are of no use here, and data have none.
  const opened = await openInput({ ...sample, kind: 'data' }, file, {
    config,
    profile,
    verify: false,
    signal,
    onFile: () => undefined,
  });
  const found = (await objectsOfEntries(settings, opened, [view.entry])).get(view.entry);
  if (found !== undefined) return { found };
  return { reason: `entry ${view.entry} of ${view.file} does not pass the selection (any more)` };
}

async function valuesOf({ path, row, view }: TopEntry, onStep: () => void): Promise<Sought<Float32Array>> {
  let values: Float32Array | undefined;
  const wanted = {
    scoreFile: path,
    sample: view.sample,
    file: view.file,
    first: 0,
    row: Float64Array.of(row),
    entry: Float64Array.of(view.entry),
  };
  await visitFeatures(
    [wanted],
    async (features, rows) => {
      values = new Float32Array(features.columns);
      dense(features, rows[0]!, values);
    },
    new AbortController().signal,
    onStep,
  );
  if (values !== undefined) return { found: values };
  const folder = basename(dirname(dirname(path)));
  return { reason: `${folder}/features does not hold the event (output.keep_features)` };
}

function cellsOf(
  values: Float32Array,
  { layout, meanings, matrix }: ReturnType<typeof featureNamesOf>,
): EventDetail['cells'] {
  const unit = matrix === undefined ? '' : ` ${energyUnit(matrix)}`;
  // Energies and other cells have no common scale; energies say more to a person.
  const isEnergy = (column: number) => layout.kinds[column] === 'gev';
  return [...values.keys()]
    .filter((column) => values[column]! > 0)
    .sort((a, b) => Number(isEnergy(b)) - Number(isEnergy(a)) || values[b]! - values[a]! || a - b)
    .map((column) => ({
      name: layout.names[column]!,
      meaning: meanings[column]!,
      value: `${values[column]!.toPrecision(3)}${isEnergy(column) ? unit : ''}`,
    }));
}
