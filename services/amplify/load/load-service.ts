import { invariant } from '../../../lib/base/error.js';
import { sleep } from '../../../lib/flow/backoff.js';
import type { HopResult } from '../../../lib/flow/partitions/hop.js';
import { TokenBucket } from '../../../lib/flow/token-bucket.js';
import { blockAt, endOfPlan, planFeed } from '../../ingest/plan-feed.js';
import type { ServiceContext } from '../../kafka/context.js';
import type { ServiceDefinition } from '../../kafka/run-service.js';
import { fileOfBlock, sourceOfBlock } from '../../kafka/run-state.js';
import { rolePart, type ServicePart } from '../../kafka/service-part.js';
import { maxWaitMs, stageHopPart } from '../../kafka/stage-hop.js';
import { roles, stages } from '../../kafka/stages.js';
import type { OpenedFile } from '../../pipeline/input-plan.js';
import { encodeEvents } from '../../wire/events.js';
import { CopiedBlockReader } from './copied-block-reader.js';
import { deliveredOf } from './delivered.js';
import type { LoadOrder } from './load-order.js';
import { eventsOf, planLoadRun, refuseOtherLoad } from './load-planner.js';
import { LoadTime } from './load-time.js';
import { pacedFeed } from './paced-feed.js';

/** What a copy that fell behind its rate may make up for. */
const burstMs = 1_000;
const lookMs = 100;

/**
 * A load in the place of ingest: plans files of copies and writes their blocks to `events`, under the same roles,
 * positions and transactions, so that a load goes on after a kill, and nothing of it is lost or doubled. It ends when
 * all that was ordered is delivered.
 * @param onDone hears that the end was reached
 */
export function loadService(
  order: LoadOrder,
  parents: readonly OpenedFile[],
  onDone: () => void,
): ServiceDefinition {
  let time: LoadTime | undefined;
  const isPlanned = (context: ServiceContext): boolean => {
    const { events } = order;
    const { planned, files } = context.view.state;
    if (planned !== undefined) return true;
    return events === undefined ? time?.isOver(files.length) === true : eventsOf(context) >= events;
  };
  const isDelivered = async (context: ServiceContext): Promise<boolean> => {
    if (!isPlanned(context)) return false;
    refuseOtherLoad(context, order, parents);
    const { view, client, names, loaded } = context;
    if (loaded.config.input.mode === 'bounded') return view.state.allEnds('events') !== undefined;
    return ((await deliveredOf(client, names))?.blocks ?? 0) >= view.state.blocks;
  };
  return {
    name: 'ingest',
    writes: false,
    atOnce: (context) => {
      const { tools, view } = context;
      const own = new LoadTime(order, () => tools.clock.steadyMs(), view.state.files.length);
      time = own;
      return [
        rolePart(context, roles.planner.role, async (tenure) => {
          own.takes();
          const begins = () => own.begins();
          await planLoadRun(context, tenure, { order, parents, begins, hasTime: () => own.isLeft });
          if (tenure.signal.aborted) own.leaves();
          else own.planned();
        }),
      ];
    },
    parts: (context) => [writing(context, order, parents)],
    async done(context, signal) {
      while (!signal.aborted) {
        if (await isDelivered(context)) {
          onDone();
          return;
        }
        await sleep(lookMs, signal, context.tools.clock).catch(() => {});
      }
    },
  };
}

/** Copies of the partitions' blocks to the topic. */
function writing(context: ServiceContext, order: LoadOrder, parents: readonly OpenedFile[]): ServicePart {
  const { view, tools } = context;
  const { clock } = tools;
  const reader = new CopiedBlockReader(context.loaded, parents, order.seed);
  const planned = (offset: number, partition: number) => {
    const block = blockAt(offset, partition, view.state.partitions);
    const file = fileOfBlock(view.state.files, block);
    invariant(file !== undefined, `block ${block} is in no file of the plan`);
    return { block, file, source: sourceOfBlock(file, block) };
  };
  const bucket =
    order.rate === undefined
      ? undefined
      : new TokenBucket({ perSecond: order.rate, burstMs, steadyMs: () => clock.steadyMs() });
  const part = stageHopPart(context, {
    stage: stages.ingest,
    feed: (partition, offset, signal) => {
      const feed = planFeed(view, partition, offset, { maxWaitMs, signal });
      const eventsAt = (at: number) => planned(at, partition).source.entries;
      return bucket === undefined ? feed : pacedFeed(feed, { bucket, clock, eventsAt, maxWaitMs, signal });
    },
    endOfInput: (partition) => endOfPlan(view.state, partition),
    process: async ({ offset }, partition): Promise<HopResult> => {
      const { file, block, source } = planned(offset, partition);
      const out = await reader.read(file, block, encodeEvents);
      return { out, deadLetters: [], eventsIn: source.entries, eventsOut: source.entries };
    },
  });
  return {
    name: part.name,
    run: (signal) => part.run(signal).finally(() => reader.close()),
  };
}
