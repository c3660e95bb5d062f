import type { SinkOptions } from '../../lib/flow/partitions/sink-options.js';
import type { ServiceContext } from './context.js';
import { progressMessage } from './progress-records.js';
import { maxWaitMs } from './stage-hop.js';
import type { StageView } from './stage-view.js';
import type { Stage } from './stages.js';

/** What all sinks of a run have in common. */
export function sinkSettings(
  context: ServiceContext,
  stage: Stage,
  view: StageView,
): Omit<SinkOptions, 'open' | 'gate' | 'sweep'> {
  const { client, names, loaded, view: progress, pause, tools } = context;
  const { kafka, input, continuous } = loaded.config;
  const { state } = progress;
  return {
    client,
    group: names.group(stage.role),
    topic: names.topic(stage.topic),
    deadLetterTopic: names.topic('dead-letters'),
    windowOffsets: kafka.sink_window_offsets,
    fetchBytes: kafka.fetch_bytes,
    maxWaitMs,
    // A bounded run has an end, at which what is left is written.
    writeAfterMs: input.mode === 'continuous' ? continuous.write_interval_ms : undefined,
    endOfInput: (partition) => state.end(stage.topic, partition)?.offset,
    isSettled: (partition, end) => (state.end(stage.makes, partition)?.input ?? -1) >= end,
    settlement: async (partition, end, { messages }) => ({
      topic: names.topic('progress'),
      messages: [
        progressMessage({ type: 'end', of: stage.makes, partition, offset: end, messages, input: end }),
      ],
    }),
    pause,
    nowMs: () => tools.clock.steadyMs(),
    observe: view.sinkObserver,
  };
}
