import type { RmmError } from '../../lib/base/error.js';
import type { ServiceTools } from '../../lib/flow/host-service.js';
import {
  type PartitionBody,
  PartitionRunner,
  type Tenure,
} from '../../lib/flow/partitions/partition-runner.js';
import type { TransactionScope } from '../../lib/kafka/client.js';
import type { ServiceContext } from './context.js';
import type { StageView } from './stage-view.js';
import type { Stage } from './stages.js';
import { controlOutputs } from './topics.js';

/** A part of a service that runs until its signal is aborted. */
export interface ServicePart {
  readonly name: string;
  /** @throws what no retry mends: it ends the service */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * A stage that works partition by partition, as one member of its group.
 * @param outputs what it writes for a partition beside control topics
 */
export function partitionedPart(
  context: ServiceContext,
  stage: Stage,
  view: StageView,
  body: PartitionBody,
  outputs: (partition: number) => TransactionScope['outputs'] = () => [],
): ServicePart {
  const { client, names, tools, pause } = context;
  const runner = new PartitionRunner({
    client,
    group: names.group(stage.role),
    topic: names.topic(stage.topic),
    transactionalId: (partition) => names.transactionalId(stage.role, partition),
    outputs: (partition) => [...outputs(partition), ...controlOutputs(names)],
    body,
    pause,
    onPartitions: (partitions) => view.assigned(partitions),
    onPartition: (partition, state) => {
      const key = `partition:${stage.role}:${partition}`;
      if (state.kind === 'working' || state.kind === 'given_up') tools.health.clear(key);
      else if (state.kind === 'retrying') {
        view.error(state.error.code);
        if (isTrouble(state.error, state.attempt))
          tools.health.fault(
            key,
            `partition ${partition} of ${names.topic(stage.topic)}: ${state.error.message}`,
          );
      }
    },
    onMembership: membershipFaults(tools, stage.role),
  });
  return {
    name: stage.role,
    async run(signal) {
      const watching = view.watch(signal);
      await runner.run(signal);
      if (signal.aborted) await watching;
    },
  };
}

/**
 * A control role: held by whoever owns the one partition of `progress` in the role's group. A try begins long before it
 * writes, so that a full disk counts as full until the body has written or has ended.
 *
 * @param body calls `wrote` when output was written, and when there is none to write for now
 */
export function rolePart(
  context: ServiceContext,
  role: string,
  body: (tenure: Tenure, wrote: () => void) => Promise<void>,
): ServicePart {
  const { client, names, tools, pause } = context;
  const key = `role:${role}`;
  let isDiskFull = false;
  const over = () => {
    isDiskFull = false;
    tools.health.clear(key);
  };
  const runner = new PartitionRunner({
    client,
    group: names.group(role),
    topic: names.topic('progress'),
    transactionalId: () => names.transactionalId(role),
    outputs: () => controlOutputs(names),
    body: async (tenure) => {
      tools.log.info('role_taken', { role });
      // What else failed was over when the try began.
      await body(tenure, over);
      over();
      // The role stays taken when its work is done: others would only find that there is nothing to do.
      await untilAborted(tenure.signal);
    },
    pause,
    onPartition: (_, state) => {
      if (state.kind === 'given_up' || (state.kind === 'working' && !isDiskFull)) over();
      if (state.kind !== 'retrying') return;
      tools.error(state.error.code);
      if (isTrouble(state.error, state.attempt)) {
        isDiskFull = state.error.code === 'disk_full';
        tools.health.fault(key, `${role}: ${state.error.message}`);
      }
    },
    onMembership: membershipFaults(tools, role),
  });
  return { name: role, run: (signal) => runner.run(signal) };
}

/** Takeovers in a row that a rebalance explains; more of them are two runs under the same names. */
const usualTakeovers = 5;

/** The first failure may be a hiccup, and a partition that was taken over is somebody else's. */
function isTrouble({ code }: RmmError, attempt: number): boolean {
  return attempt > (code === 'kafka_fenced' ? usualTakeovers : 1);
}

function membershipFaults(tools: ServiceTools, group: string) {
  const key = `group:${group}`;
  return (state: 'joining' | 'joined' | 'lost', reason?: Error) => {
    if (state === 'joined') tools.health.clear(key);
    else if (state === 'lost')
      tools.health.fault(key, `not in the group ${group}: ${reason?.message ?? 'no reason given'}`);
  };
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
