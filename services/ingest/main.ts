import { invariant } from '../../lib/base/error.js';
import type { HopResult } from '../../lib/flow/partitions/hop.js';
import type { ServiceContext } from '../kafka/context.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { fileOfBlock } from '../kafka/run-state.js';
import { rolePart, type ServicePart } from '../kafka/service-part.js';
import { maxWaitMs, stageHopPart } from '../kafka/stage-hop.js';
import { roles, stages } from '../kafka/stages.js';
import { encodeEvents } from '../wire/events.js';
import { BlockReader } from './block-reader.js';
import { blockAt, endOfPlan, planFeed } from './plan-feed.js';
import { planBounded } from './planner.js';
import { planContinuously } from './watcher.js';

/** Files to events: one copy plans, all of them read blocks of their partitions. */
export const ingest: ServiceDefinition = {
  name: 'ingest',
  atOnce: (context) => [
    rolePart(context, roles.planner.role, (tenure) =>
      context.loaded.config.input.mode === 'bounded'
        ? planBounded(context, tenure)
        : planContinuously(context, tenure),
    ),
  ],
  parts: (context) => [reading(context)],
};

function reading(context: ServiceContext): ServicePart {
  const { view, loaded } = context;
  const closing = new AbortController();
  const reader = new BlockReader(loaded, closing.signal);
  const part = stageHopPart(context, {
    stage: stages.ingest,
    output: 'events',
    feed: (partition, offset, signal) => planFeed(view, partition, offset, { maxWaitMs, signal }),
    endOfInput: (partition) => endOfPlan(view.state, partition),
    process: async ({ offset }, partition): Promise<HopResult> => {
      const block = blockAt(offset, partition, view.state.partitions);
      const file = fileOfBlock(view.state.files, block);
      invariant(file !== undefined, `block ${block} is in no file of the plan`);
      const out = await reader.read(file, block - file.firstBlock, encodeEvents);
      const entries = Number(out.headers.entries);
      return { out, deadLetters: [], eventsIn: entries, eventsOut: entries };
    },
  });
  return {
    name: part.name,
    async run(signal) {
      try {
        await part.run(signal);
      } finally {
        closing.abort();
        await reader.close();
      }
    },
  };
}
