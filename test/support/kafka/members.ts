import type { GroupMember, KafkaClient } from '../../../lib/kafka/client.js';

/** A member of a group that writes down what it hears. */
export interface WatchedMember {
  readonly member: GroupMember;
  /** Every list of partitions that it got. */
  readonly lists: (readonly number[])[];
  readonly states: string[];
  readonly reasons: Error[];
  /** The last list. */
  readonly partitions: () => readonly number[];
}

export function joinWatched(client: KafkaClient, group: string, topic: string): WatchedMember {
  const lists: (readonly number[])[] = [];
  const states: string[] = [];
  const reasons: Error[] = [];
  const member = client.join({
    group,
    topic,
    onPartitions: (partitions) => lists.push(partitions),
    onState: (state, reason) => {
      states.push(state);
      if (reason !== undefined) reasons.push(reason);
    },
  });
  return { member, lists, states, reasons, partitions: () => lists.at(-1) ?? [] };
}

/** Whether the members have all partitions 0 to count - 1 between them, none twice, none more than fair. */
export function isShared(members: readonly WatchedMember[], count: number): boolean {
  const sizes = members.map((one) => one.partitions().length);
  const all = members.flatMap((one) => [...one.partitions()]).sort((a, b) => a - b);
  return (
    Math.max(...sizes) - Math.min(...sizes) <= 1 &&
    all.join() === Array.from({ length: count }, (_, k) => k).join()
  );
}
