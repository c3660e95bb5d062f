import { invariant, RmmError } from '../../lib/base/error.js';
import type { HopResult } from '../../lib/flow/partitions/hop.js';
import type { ServiceContext } from '../kafka/context.js';
import { blockLetter, letterMessage } from '../kafka/letters.js';
import type { ServiceDefinition } from '../kafka/run-service.js';
import { fileOfBlock, type PlannedFile, sourceOfBlock } from '../kafka/run-state.js';
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
  writes: false,
  atOnce: (context) => [
    rolePart(context, roles.planner.role, (tenure) =>
      context.loaded.config.input.mode === 'bounded'
        ? planBounded(context, tenure)
        : planContinuously(context, tenure),
    ),
  ],
  parts: (context) => [reading(context)],
};

/** What no second try mends: damage, or another file in the place of the one that was planned. */
function isFaultOfFile({ domain, code }: RmmError): boolean {
  return domain === 'data' || code === 'run_changed';
}

/** There is no file of this name now, which may come back. */
function isAway({ code }: RmmError): boolean {
  return code === 'root_file_missing' || code === 'root_is_directory';
}

function missing({ name, sample }: PlannedFile, cause: RmmError): RmmError {
  return new RmmError(
    'io_failed',
    `${name} (sample ${sample}) was taken into the run and is no longer there; put it back, or put an empty file in its place to have the rest of it among the dead letters`,
    { context: { file: name }, cause },
  );
}

function reading(context: ServiceContext): ServicePart {
  const { view, loaded, names } = context;
  // A run over given files ends with the error, which is for whoever gave them; one without end goes on.
  const isEndless = loaded.config.input.mode === 'continuous';
  const closing = new AbortController();
  const reader = new BlockReader(loaded, closing.signal);
  const part = stageHopPart(context, {
    stage: stages.ingest,
    feed: (partition, offset, signal) => planFeed(view, partition, offset, { maxWaitMs, signal }),
    endOfInput: (partition) => endOfPlan(view.state, partition),
    process: async ({ offset }, partition): Promise<HopResult> => {
      const block = blockAt(offset, partition, view.state.partitions);
      const file = fileOfBlock(view.state.files, block);
      invariant(file !== undefined, `block ${block} is in no file of the plan`);
      const source = sourceOfBlock(file, block);
      const { entries } = source;
      try {
        return await reader.read(file, block, (events, bytesIn) => {
          const out = encodeEvents(events);
          return { out, deadLetters: [], eventsIn: entries, eventsOut: entries, bytesIn };
        });
      } catch (error) {
        if (!isEndless || !(error instanceof RmmError)) throw error;
        if (isAway(error)) throw missing(file, error);
        if (!isFaultOfFile(error)) throw error;
        const place = { topic: names.input, partition, offset };
        const letter = blockLetter(place, source, stages.ingest.role, error);
        return { out: undefined, deadLetters: [letterMessage(letter)], eventsIn: entries, eventsOut: 0 };
      }
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
