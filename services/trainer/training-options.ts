import { join } from 'node:path';
import { configurationHash } from '../../lib/config/index.js';
import { stageMetrics } from '../../lib/telemetry/stage-metrics.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ServiceContext } from '../kafka/context.js';
import { untilWritten } from '../kafka/until-written.js';
import type { TrainingEars, TrainModelOptions } from './train-model.js';

/** What training needs of a service; steps and losses go into its metrics. */
export function trainingOptions(
  context: ServiceContext,
  folder: string,
  megasetFolder: string,
  signal: AbortSignal,
): TrainModelOptions {
  const { loaded, tools } = context;
  const { config, profile } = loaded;
  const metrics = stageMetrics(tools.metrics, 'trainer', tools.clock);
  return {
    config,
    profile,
    configurationHash: configurationHash({ ...config, input: { ...config.input, samples: [] } }, profile),
    featureLayout: featurizerOf(config).layout,
    megasetFolder,
    checkpointFolder: join(folder, 'checkpoint'),
    hear: trainingEars(tools, metrics),
    clock: tools.clock,
    save: async (write) => {
      await untilWritten(context, 'checkpoint', write, signal);
      metrics.checkpoint(tools.clock.wallMs());
    },
    signal,
  };
}

function trainingEars(
  tools: ServiceContext['tools'],
  metrics: ReturnType<typeof stageMetrics>,
): TrainingEars {
  // Training works without a pause from here on.
  let beforeMs = tools.clock.steadyMs();
  return {
    onStep(rows) {
      metrics.batchIn(rows, 0);
      const nowMs = tools.clock.steadyMs();
      metrics.busy((nowMs - beforeMs) / 1000);
      beforeMs = nowMs;
    },
    onEpoch({ pass, megaset, epoch, rows, loss, validationLoss }) {
      if (validationLoss !== undefined) metrics.validationLoss(validationLoss);
      tools.log.info('epoch', {
        pass,
        megaset,
        epoch,
        rows,
        loss,
        ...(validationLoss === undefined ? {} : { validation_loss: validationLoss }),
      });
    },
    onNote: (text) => tools.log.warn('training', { text }),
  };
}
