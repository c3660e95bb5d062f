import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { NamedFile } from '../../lib/learning/files.js';
import { type Model, modelFiles } from '../../lib/learning/model.js';
import { announce } from '../../lib/telemetry/channels.js';
import type { ServiceContext } from '../kafka/context.js';
import { fileMessages } from '../kafka/model-store.js';
import { progressMessage } from '../kafka/progress-records.js';

/** Name of a model's files on the topic models. */
export function modelName(id: string): string {
  return `model/${id}`;
}

/** Name of the newest checkpoint of a run without end on the topic models. */
export const checkpointName = 'checkpoint';

/** Shows the newest model on record, and the scaler that it was made with, in the metrics. */
export function showModel({ view, tools }: Pick<ServiceContext, 'view' | 'tools'>): void {
  const { models, scaler } = view.state;
  const newest = models.at(-1);
  if (newest !== undefined) tools.stage.model({ version: newest.id, madeMs: newest.published_ms });
  if (scaler !== undefined) tools.stage.scaler({ version: scaler.id, madeMs: scaler.frozen_ms });
}

/** Puts a model on the topic models and on record, as one; its id. */
export async function publishModel(
  { names, view, tools }: ServiceContext,
  { producer, signal }: Tenure,
  model: Model,
  options: {
    readonly generation: number;
    readonly final: boolean;
    readonly checkpoint?: readonly NamedFile[];
  },
): Promise<string> {
  const { id, files } = modelFiles(model);
  const { generation, final, checkpoint } = options;
  const madeMs = tools.clock.wallMs();
  await producer.transaction(async (transaction) => {
    const messages = fileMessages(modelName(id), files);
    if (checkpoint !== undefined) messages.push(...fileMessages(checkpointName, checkpoint));
    let from: number | undefined;
    for (const message of messages) {
      const end = await transaction.send(names.topic('models'), 0, [message]);
      from ??= end - 1;
    }
    await transaction.send(names.topic('progress'), 0, [
      progressMessage({
        type: 'model',
        id,
        scaler: model.scaler.id,
        generation,
        final,
        published_ms: madeMs,
        from: from!,
      }),
    ]);
  });
  await view.catchUp(signal);
  showModel({ view, tools });
  announce('rmmstream:model', () => ({ version: id, madeMs }));
  tools.log.info('model_published', { model: id, generation });
  return id;
}
