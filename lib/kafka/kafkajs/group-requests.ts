import type { GroupOptions } from '../client.js';
import { brokerFailure } from '../failures.js';
import { assignorName, writeSubscription } from './group-protocol.js';
import type { Link } from './link.js';
import type { Wire } from './wire.js';

/** A generation of the group that a member takes part in. */
export interface Joined {
  readonly memberId: string;
  readonly generationId: number;
}

/** Asks to be taken in; error numbers are the caller's to look at. Answered when the whole group has met. */
export function askToJoin(
  link: Link,
  { group, topic }: Pick<GroupOptions, 'group' | 'topic'>,
  member: { readonly memberId: string; readonly owned: readonly number[]; readonly sessionTimeoutMs: number },
  doing: string,
): Promise<Wire['JoinGroup']['answer']> {
  const { memberId, owned, sessionTimeoutMs } = member;
  return link.ask(
    'JoinGroup',
    {
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      // Members hold nothing back while the group meets, so nobody needs longer than to notice.
      rebalanceTimeout: sessionTimeoutMs,
      memberId,
      protocolType: 'consumer',
      groupProtocols: [{ name: assignorName, metadata: writeSubscription(topic, owned) }],
    },
    doing,
    sessionTimeoutMs,
  );
}

/** Gives in what the leader shares out, and waits for this member's part of it. */
export async function syncGroup(
  link: Link,
  group: string,
  { memberId, generationId }: Joined,
  groupAssignment: Wire['SyncGroup']['ask']['groupAssignment'],
  doing: string,
  timeoutMs: number,
): Promise<Buffer> {
  const ask = { groupId: group, generationId, memberId, groupAssignment };
  const { errorCode, memberAssignment } = await link.ask('SyncGroup', ask, doing, timeoutMs);
  if (errorCode !== 0) throw brokerFailure(errorCode, { doing, broker: link.address });
  return memberAssignment;
}

export async function sendHeartbeat(
  link: Link,
  group: string,
  { memberId, generationId }: Joined,
  doing: string,
): Promise<void> {
  const ask = { groupId: group, groupGenerationId: generationId, memberId };
  const { errorCode } = await link.ask('Heartbeat', ask, doing);
  if (errorCode !== 0) throw brokerFailure(errorCode, { doing, broker: link.address });
}

export async function leaveGroup(link: Link, group: string, memberId: string, doing: string): Promise<void> {
  const { errorCode } = await link.ask('LeaveGroup', { groupId: group, memberId }, doing);
  if (errorCode !== 0) throw brokerFailure(errorCode, { doing, broker: link.address });
}
