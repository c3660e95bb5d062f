import { RmmError } from '../../lib/base/error.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { split } from '../../lib/physics/identity.js';
import { featurizerOf } from '../featurizer/config.js';
import type { ServiceContext } from '../kafka/context.js';
import { type ReadSpan, readTopic } from '../kafka/read-topic.js';
import { scaledExpectation } from '../scorer/scaled-expectation.js';
import { decodeScaled, type ScaledWire } from '../wire/scaled.js';
import { sourceOrder } from './distribute.js';
import { bucketsFor, type MegasetPlan, MegasetWriter } from './megaset-store.js';
import { scoringSampleOptions } from './scoring-options.js';
import { ScoringCollector, saveScoringSample } from './scoring-sample.js';
import { trainingPart, validationShareOf } from './training-part.js';
import { type BlockCheck, blockCheck } from './usable-blocks.js';

/** Offsets of `scaled`, [from, to) of each partition. */
export interface ScaledSpan {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export interface CollectOptions {
  readonly folder: string;
  readonly span: ScaledSpan;
  readonly scaler: Scaler;
  /** Training and validation rows to expect, from which buckets and the share of validation rows follow. */
  readonly trainingRows: number;
  readonly validationRows: number;
  /** Megasets by the rows' own numbers; a generation takes all rows as one. */
  readonly megasets: number | 'one';
  /** Hears of every block that was read and could be used. */
  readonly onBlock?: () => void;
}

/**
 * Collects training and a part of the validation rows of `scaled` into a megaset store. In the metrics blocks are batches
 * without events, which are those of the steps: a rate of events is that of training.
 */
export async function collectMegasets(
  context: ServiceContext,
  options: CollectOptions,
  signal: AbortSignal,
): Promise<MegasetPlan> {
  const { loaded, view } = context;
  const { training } = loaded.config;
  const megasets = options.megasets === 'one' ? 1 : options.megasets;
  const writer = new MegasetWriter({
    folder: options.folder,
    megasets: megasets + 1,
    buckets: bucketsFor(options.trainingRows, megasets, training.bucket_events),
    scaler: options.scaler.id,
  });
  const order = sourceOrder(
    view.state.files
      .filter(({ kind, entries }) => kind === 'background' && entries > 0)
      .map(({ fingerprint }) => fingerprint),
  );
  const validationShare = validationShareOf(options.validationRows, training.validation_events);
  const dealing = { megasets: training.megasets, validationShare };
  const sample = scoringSampleOptions(loaded.config);
  const collector = sample === undefined ? undefined : new ScoringCollector(sample);
  const check = blockCheck(options.scaler, featurizerOf(loaded.config).layout.maskWords);
  const take = ({ source, scaled, columns }: ScaledWire, bytes: number): void => {
    context.tools.stage.batchIn(0, bytes);
    options.onBlock?.();
    if (source.kind !== 'background') return;
    const part = trainingPart(scaled, columns, order.indexOf(source.fingerprint), dealing);
    collector?.add({ source, cells: scaled, columns, highLevel: scaled.highLevel }, part, dealing.megasets);
    if (options.megasets === 'one')
      for (let row = 0; row < part.megaset.length; row += 1)
        part.megaset[row] = part.megaset[row] === dealing.megasets ? 1 : 0;
    writer.add(part.rows, part.megaset);
  };
  for (const [partition, to] of options.span.to.entries()) {
    const from = options.span.from[partition] ?? 0;
    if (from < to) await readScaled(context, check, partition, { from, to }, signal, take);
  }
  if (collector !== undefined) saveScoringSample(options.folder, collector.finish());
  return writer.finish(training.sample_weights);
}

/** Reads blocks of a partition of `scaled`; the offset reached. What cannot be used becomes a dead letter at the scorer. */
export function readScaled(
  { client, names, loaded, tools }: ServiceContext,
  check: BlockCheck,
  partition: number,
  span: ReadSpan,
  signal: AbortSignal,
  take: (block: ScaledWire, bytes: number) => unknown,
): Promise<number> {
  const { config } = loaded;
  const expected = scaledExpectation(config);
  return readTopic(
    client,
    names.topic('scaled'),
    partition,
    signal,
    async (message) => {
      let block: ScaledWire;
      try {
        block = decodeScaled(message, expected);
        check(block);
      } catch (error) {
        if (!(error instanceof RmmError) || error.domain !== 'data') throw error;
        tools.log.warn('block_unusable', { partition, offset: message.offset, code: error.code });
        return undefined;
      }
      const took = take(block, message.value?.length ?? 0);
      // Lets heartbeats and signals through between blocks.
      await new Promise<void>((resolve) => setImmediate(resolve));
      return took;
    },
    span,
  );
}

/** Training rows of a block by channel. */
export function trainingRowsByChannel({ columns, source }: ScaledWire): Map<number, number> {
  const counts = new Map<number, number>();
  if (source.kind !== 'background') return counts;
  for (let row = 0; row < columns.split.length; row += 1) {
    if (columns.split[row] !== split.train || columns.late[row] !== 0) continue;
    const channel = columns.channel[row]!;
    counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  return counts;
}
