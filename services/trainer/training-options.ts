import { join } from 'node:path';
import { configurationHash } from '../../lib/config/index.js';
import { announce } from '../../lib/telemetry/channels.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ServiceContext } from '../kafka/context.js';
import { untilWritten } from '../kafka/until-written.js';
import type { TrainingEars, TrainModelOptions } from './train-model.js';
import type { TrainingPlace } from './training-place.js';

/**
 * What training needs of a service; steps and losses go into its metrics.
 * @param place where that is told as well
 */
export function trainingOptions(
  context: ServiceContext,
  folder: string,
  megasetFolder: string,
  signal: AbortSignal,
  place?: TrainingPlace,
): TrainModelOptions {
  const { loaded, tools } = context;
  const { config, profile } = loaded;
  // A generation is gone over once, and nobody knows how many there will be.
  const parts = config.input.mode === 'bounded' ? config.training : { megasets: 0, passes: 1 };
  const { waited, ...hear } = trainingEars(tools, parts, place);
  return {
    config,
    profile,
    configurationHash: configurationHash({ ...config, input: { ...config.input, samples: [] } }, profile),
    featureLayout: featurizerOf(config).layout,
    backgroundFiles: context.view.state.files.filter(
      ({ kind, entries }) => kind === 'background' && entries > 0,
    ),
    megasetFolder,
    checkpointFolder: join(folder, 'checkpoint'),
    memberFolder: join(folder, 'members'),
    hear,
    clock: tools.clock,
    save: async (write) => {
      waited(await untilWritten(context, 'checkpoint', write, signal));
      tellCheckpoint(tools);
    },
    signal,
  };
}

/** What was done up to now is on record. */
export function tellCheckpoint({ stage, clock }: ServiceContext['tools']): void {
  const atMs = clock.wallMs();
  stage.checkpoint(atMs);
  announce('rmmstream:checkpoint', () => ({ stage: 'trainer', atMs }));
}

function trainingEars(
  tools: ServiceContext['tools'],
  { megasets, passes }: { readonly megasets: number; readonly passes: number },
  place: TrainingPlace | undefined,
): TrainingEars & { readonly waited: (ms: number) => void } {
  const metrics = tools.stage;
  let beforeMs: number | undefined;
  return {
    onPlace(rows, all) {
      place?.at(rows, all);
      // Training works without a pause from here on; before, it waited for brokers.
      beforeMs ??= tools.clock.steadyMs();
    },
    onStep(rows) {
      const nowMs = tools.clock.steadyMs();
      // Sums of times are rounded: less than nothing is refused by the metrics.
      const seconds = Math.max(0, nowMs - (beforeMs ?? nowMs)) / 1000;
      beforeMs = nowMs;
      metrics.batchIn(rows, 0);
      metrics.busy(seconds);
      place?.advance(rows);
      const taken = { eventsIn: rows, bytesIn: 0, eventsOut: 0, bytesOut: 0, seconds };
      announce('rmmstream:batch', () => ({ stage: 'trainer', ...taken }));
    },
    onEpoch({ network, networks, pass, megaset, epoch, rows, loss, validationLoss }) {
      metrics.epoch({ loss, validationLoss });
      const parts = { network, networks, pass, passes, megaset, megasets, epoch };
      announce('rmmstream:epoch', () => ({ ...parts, loss, validationLoss }));
      tools.log.info('epoch', {
        network,
        networks,
        pass,
        megaset,
        epoch,
        rows,
        loss,
        ...(validationLoss === undefined ? {} : { validation_loss: validationLoss }),
      });
    },
    onNote: (text) => tools.log.warn('training', { text }),
    waited(ms) {
      if (beforeMs !== undefined) beforeMs += ms;
    },
  };
}
