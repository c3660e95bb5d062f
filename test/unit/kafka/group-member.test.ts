import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import { KafkajsGroupMember } from '../../../lib/kafka/kafkajs/group-member.js';
import type { Link } from '../../../lib/kafka/kafkajs/link.js';
import { Links } from '../../../lib/kafka/kafkajs/links.js';
import { until } from '../../support/kafka/read-all.js';
import { linkContext } from '../../support/kafka/stand-in.js';

interface Asked {
  readonly name: string;
  readonly group: string;
  readonly memberId: string;
}

const address = 'broker:9092';

/** What every connection is, whoever opens it: all requests get the answer that the test gives. */
function answering(context: TestContext, answer: (asked: Asked) => unknown): void {
  const ask = async (name: string, { groupId, memberId }: { groupId: string; memberId: string }) =>
    answer({ name, group: groupId, memberId });
  context.mock.method(Links.prototype, 'to', async () => ({ address, ask }) as unknown as Link);
}

const directory = {
  coordinatorOf: async () => address,
  forgetCoordinator: () => undefined,
} as unknown as Directory;

/** A member of a group with the code of every answer as its name, and what it hears. */
function join(context: TestContext, group: string): { states: string[]; member: KafkajsGroupMember } {
  const states: string[] = [];
  const member = new KafkajsGroupMember(linkContext({ retryMaxMs: 60_000 }), directory, {
    group,
    topic: 't',
    onPartitions: () => undefined,
    onState: (state, reason) => states.push(reason === undefined ? state : `${state}: ${reason.message}`),
  });
  context.after(() => member.leave());
  return { states, member };
}

test('a group that refuses is asked ever more seldom, and the reason is told once', async (context) => {
  const joins = new Map<string, number>();
  answering(context, ({ group }) => {
    joins.set(group, (joins.get(group) ?? 0) + 1);
    return { errorCode: Number(group), memberId: '', members: [] };
  });
  const refused = join(context, '30');
  join(context, '27');
  // A group that meets is asked every 50 ms or so: the other would be too, were its pauses as short.
  await until('the meeting group was asked often', () => (joins.get('27') ?? 0) >= 24);
  assert.ok(joins.get('30')! <= 8, `the group that refuses was asked ${joins.get('30')} times`);
  assert.equal(refused.states.length, 2);
  assert.equal(refused.states[0], 'joining');
  assert.match(refused.states[1]!, /^lost: joining group 30: .*GROUP_AUTHORIZATION_FAILED/);
});
