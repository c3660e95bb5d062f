import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { checkpointFromFiles } from '../../lib/learning/checkpoint.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { featurizerOf } from '../featurizer/config.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import { record, type ServiceContext } from '../kafka/context.js';
import type { GenerationLog } from '../kafka/generation-log.js';
import { readFiles } from '../kafka/model-store.js';
import type { RecordOf } from '../kafka/progress-records.js';
import { loadFrozen } from '../scaler/frozen-scaler.js';
import { writeFolder } from '../scorer/model-folder.js';
import { readCheckpointFiles } from './checkpoint-keeper.js';
import { collectMegasets, readScaled, type ScaledSpan, trainingRowsByChannel } from './collect.js';
import { checkpointName, publishModel, showModel } from './publish.js';
import { lookAtScaled, whileLagGrows } from './scaled-lag.js';
import { trainModel } from './train-model.js';
import { trainingOptions } from './training-options.js';
import { type BlockCheck, blockCheck } from './usable-blocks.js';
import { takeWorkFolder } from './work-folder.js';

/**
 * A run without end: rows are gathered into generations, each of which is put on record (decisions.md 8) before
 * it is trained on and gives a model. Weights, optimiser and step go on from one to the next.
 */
export async function trainGenerations(
  context: ServiceContext,
  tenure: Tenure,
  wrote = () => {},
): Promise<void> {
  const { view } = context;
  const { signal } = tenure;
  await view.catchUp(signal);
  const found = await view.until((state) => state.scaler, signal);
  if (found === undefined) return;
  const { scaler } = await loadFrozen(context, found, signal);
  const check = blockCheck(scaler, featurizerOf(context.loaded.config).layout.maskWords);
  showModel(context);
  context.tools.stage.assigned(Array.from({ length: view.state.partitions }, (_, partition) => partition));
  const folder = takeWorkFolder(kafkaLayoutOf(context.loaded.outputDirectory).trainer);
  // Of one that was killed while it trained: a generation is always collected anew.
  rmSync(join(folder, megasets), { recursive: true, force: true });
  while (!signal.aborted) {
    const { generations, models, partitions } = view.state;
    const open = generations.at(models.length);
    if (open === undefined) {
      // Nothing is written while a generation fills.
      wrote();
      await fillGeneration(context, tenure, check);
    } else {
      // Found now: once it has a model, the one before it is let go.
      const span = { from: beginOf(generations, open.number, partitions), to: open.to };
      await whileLagGrows(context, open.to, () =>
        trainGeneration(context, tenure, open, { folder, scaler, span, wrote }),
      );
    }
  }
}

/** Folder of the generation that is trained on. */
const megasets = 'generation';

/** Offsets that are read of a partition before it is the next one's turn. */
const sliceOffsets = 16;

/** Whether a generation has what the configuration asks for. */
export function isFull(channels: ReadonlyMap<number, number>, wanted: Config['continuous']): boolean {
  if (wanted.quotas.length > 0)
    return wanted.quotas.every(({ channel, events }) => (channels.get(channel) ?? 0) >= events);
  return [...channels.values()].reduce((sum, rows) => sum + rows, 0) >= wanted.generation_events;
}

/** Follows `scaled` until a generation is full, and puts it on record. */
async function fillGeneration(context: ServiceContext, tenure: Tenure, check: BlockCheck): Promise<void> {
  const { view, loaded, tools, pause } = context;
  const { signal } = tenure;
  const { state } = view;
  const to = [...beginOf(state.generations, state.generations.count, state.partitions)];
  const channels = new Map<number, number>();
  while (!signal.aborted && !isFull(channels, loaded.config.continuous)) {
    let moved = false;
    for (const { partition, stable } of await lookAtScaled(context, to)) {
      const from = to[partition] ?? 0;
      if (stable <= from) continue;
      // In slices, so that all partitions have their share of a generation.
      const span = { from, to: Math.min(stable, from + sliceOffsets) };
      const reached = await readScaled(context, check, partition, span, signal, (block) => {
        for (const [channel, rows] of trainingRowsByChannel(block))
          channels.set(channel, (channels.get(channel) ?? 0) + rows);
        return isFull(channels, loaded.config.continuous) ? 'enough' : undefined;
      });
      moved ||= reached > from;
      to[partition] = reached;
      if (isFull(channels, loaded.config.continuous)) break;
    }
    if (!moved) await pause(4, signal);
  }
  if (signal.aborted) return;
  const rows = [...channels.values()].reduce((sum, count) => sum + count, 0);
  const number = state.generations.count;
  await record(context, tenure, [{ type: 'generation', number, to, rows, channels: [...channels] }]);
  await view.catchUp(signal);
  tools.log.info('generation_closed', { generation: number, rows });
}

function beginOf(generations: GenerationLog, number: number, partitions: number): readonly number[] {
  return generations.at(number - 1)?.to ?? new Array<number>(partitions).fill(0);
}

async function trainGeneration(
  context: ServiceContext,
  tenure: Tenure,
  generation: RecordOf<'generation'>,
  work: {
    readonly folder: string;
    readonly scaler: Scaler;
    readonly span: ScaledSpan;
    readonly wrote: () => void;
  },
): Promise<void> {
  const { view, loaded } = context;
  const { folder, scaler, span, wrote } = work;
  const { signal } = tenure;
  // The files of every block are then known: their order decides ties.
  await view.catchUp(signal);
  const { number, rows } = generation;
  const megasetFolder = join(folder, megasets);
  const { validation_fraction: validation } = loaded.config.training;
  const plan = await collectMegasets(
    context,
    {
      folder: megasetFolder,
      span,
      scaler,
      trainingRows: rows,
      validationRows: Math.round((rows * validation) / (1 - validation)),
      megasets: 'one',
    },
    signal,
  );
  wrote();
  const options = trainingOptions(context, folder, megasetFolder, signal);
  await restoreCheckpoint(context, options.checkpointFolder, number, signal);
  const model = await trainModel(scaler, plan, { ...options, generation: number });
  const checkpoint = readCheckpointFiles(options.checkpointFolder);
  await publishModel(context, tenure, model, {
    generation: number,
    final: false,
    checkpoint: [...(checkpoint ?? [])].map(([name, bytes]) => ({ name, bytes })),
  });
  rmSync(megasetFolder, { recursive: true, force: true });
}

/**
 * Where this machine has no checkpoint, or one that others have left behind since, training goes on from the
 * checkpoint that came with the last model.
 */
async function restoreCheckpoint(
  { client, names, view }: ServiceContext,
  folder: string,
  generation: number,
  signal: AbortSignal,
): Promise<void> {
  const last = view.state.models.at(-1);
  if (last === undefined || leadsTo(folder, generation)) return;
  const topic = names.topic('models');
  const files = await readFiles(client, topic, checkpointName, signal, last.from);
  if (files === undefined)
    throw new RmmError('model_corrupt', `the checkpoint of model ${last.id} is not on ${topic} beside it`, {
      context: { model: last.id, topic },
    });
  writeFolder(
    folder,
    [...files].map(([name, bytes]) => ({ name, bytes })),
  );
}

/** Whether a checkpoint is the one before a generation, or the one at its end. */
function leadsTo(folder: string, generation: number): boolean {
  const files = readCheckpointFiles(folder);
  if (files === undefined) return false;
  try {
    const { megaset } = checkpointFromFiles(files, folder).position;
    return megaset === generation || megaset === generation + 1;
  } catch (error) {
    if (error instanceof RmmError && error.code === 'model_corrupt') return false;
    throw error;
  }
}
