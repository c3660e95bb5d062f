import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { sweepTemporariesOf } from '../../lib/base/temporary-files.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { freezeScaler } from '../../lib/learning/scaler.js';
import { split } from '../../lib/physics/identity.js';
import { announce } from '../../lib/telemetry/channels.js';
import { featurizerOf } from '../featurizer/config.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import { progressMessage } from '../kafka/progress-records.js';
import { type ReadSpan, readTopic } from '../kafka/read-topic.js';
import { scalerOptions } from './config.js';
import { driftReportOf } from './drift-report.js';
import { watchDrift } from './drift-watch.js';
import { columnNumbers, listedColumns } from './excluded-columns.js';
import { frozenMessages } from './frozen-scaler.js';
import { momentsKeyPrefix, readMoments } from './moments-message.js';
import { MomentsSpool } from './moments-spool.js';

/**
 * The role that freezes the scaler: once all moments of a bounded run are there, or in a run without end once
 * enough training events have come; then it watches drift.
 */
export async function freeze(context: ServiceContext, tenure: Tenure, wrote = () => {}): Promise<void> {
  const { view, loaded } = context;
  const { signal } = tenure;
  const spoolPath = join(kafkaLayoutOf(loaded.outputDirectory).folder, 'moments.spool');
  for (const path of [spoolPath, driftReportOf(loaded.outputDirectory)]) sweepTemporariesOf(path);
  await view.catchUp(signal);
  // Again where a message was re-driven at the last moment: a scaler without it does not count.
  while (view.state.scaler === undefined && !signal.aborted) {
    const spool = new MomentsSpool(spoolPath);
    try {
      const seen =
        loaded.config.input.mode === 'bounded'
          ? await collectBounded(context, spool, signal, wrote)
          : await collectEnough(context, spool, signal, wrote);
      if (!signal.aborted) await publish(context, tenure, spool, seen);
    } finally {
      spool.close();
    }
  }
  if (loaded.config.input.mode === 'continuous' && !signal.aborted) await watchDrift(context, signal, wrote);
}

/** Waits for the moments of every block and reads them. */
async function collectBounded(
  context: ServiceContext,
  spool: MomentsSpool,
  signal: AbortSignal,
  wrote: () => void,
): Promise<number> {
  // Nothing is written until they are there.
  if (context.view.state.allEnds('moments') === undefined) wrote();
  await context.view.until((state) => state.allEnds('moments'), signal);
  if (signal.aborted) return 0;
  const { client, names } = context;
  // All of them lie before the end, but some may be readable only when transactions before it have ended.
  const [offsets] = await client.admin.offsets(names.topic('scaler-state'));
  return addMoments(context, spool, { to: offsets?.end ?? 0 }, signal);
}

/** Reads moments until the blocks hold `continuous.freeze_events` training events. */
async function collectEnough(
  context: ServiceContext,
  spool: MomentsSpool,
  signal: AbortSignal,
  wrote: () => void,
): Promise<number> {
  const { freeze_events } = context.loaded.config.continuous;
  let from = 0;
  while (!signal.aborted) {
    from = await addMoments(context, spool, from === 0 ? {} : { from }, signal);
    wrote();
    if (spool.rowsBySplit()[split.train]! >= freeze_events) break;
    await context.pause(4, signal);
  }
  return from;
}

/** Adds the moments of a part of scaler-state; returns the offset behind the last. */
async function addMoments(
  { client, names, tools, loaded }: ServiceContext,
  spool: MomentsSpool,
  span: ReadSpan,
  signal: AbortSignal,
): Promise<number> {
  const { columns } = featurizerOf(loaded.config).layout;
  const take = (message: FetchedMessage) => {
    if (message.key?.startsWith(momentsKeyPrefix) !== true) return;
    try {
      spool.add(readMoments(message, columns));
    } catch (error) {
      if (!(error instanceof RmmError) || error.domain !== 'data') throw error;
      tools.log.warn('moments_unusable', { offset: message.offset, code: error.code, reason: error.message });
    }
  };
  return readTopic(client, names.topic('scaler-state'), 0, signal, take, span);
}

async function publish(
  context: ServiceContext,
  tenure: Tenure,
  spool: MomentsSpool,
  from: number,
): Promise<void> {
  const { loaded, names, view, tools } = context;
  const moments = await spool.merged();
  if (moments === undefined) {
    throw new RmmError(
      'no_training_events',
      'no background event was selected for training; the cut flow shows which cut took them',
    );
  }
  const { layout } = featurizerOf(loaded.config);
  const scaler = freezeScaler(
    moments,
    layout.kinds,
    scalerOptions(loaded.config),
    columnNumbers(listedColumns(loaded.config, layout.names), layout.names),
  );
  const rowsBySplit = spool.rowsBySplit();
  const madeMs = tools.clock.wallMs();
  await tenure.producer.transaction(async (transaction) => {
    for (const message of frozenMessages({ scaler, reference: moments }))
      await transaction.send(names.topic('scaler-state'), 0, [message]);
    const record = {
      type: 'scaler',
      id: scaler.id,
      rows_by_split: rowsBySplit,
      from,
      frozen_ms: madeMs,
    } as const;
    await transaction.send(names.topic('progress'), 0, [progressMessage(record)]);
  });
  await view.catchUp(tenure.signal);
  announce('rmmstream:scaler', () => ({ version: scaler.id, madeMs }));
  tools.log.info('scaler_frozen', { scaler: scaler.id, blocks: spool.blocks, rows: moments.rows });
}
