import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { KafkajsClient } from '../../../lib/kafka/kafkajs/client.js';
import { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import { KafkajsGroupMember } from '../../../lib/kafka/kafkajs/group-member.js';
import type { Link } from '../../../lib/kafka/kafkajs/link.js';
import { Links } from '../../../lib/kafka/kafkajs/links.js';
import { connectionTo } from '../../support/kafka/clients.js';
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

/** Of a cluster whose brokers tell who coordinates, or are silent for ever. */
function directoryOf(coordinator: Promise<string>): Directory {
  return { coordinatorOf: () => coordinator, forgetCoordinator: () => undefined } as unknown as Directory;
}

const known = directoryOf(Promise.resolve(address));
const never = new Promise<never>(() => undefined);

/** A member of a group, and what it hears. */
function join(
  context: TestContext,
  group: string,
  directory = known,
): { states: string[]; notes: string[]; member: KafkajsGroupMember } {
  const states: string[] = [];
  const notes: string[] = [];
  const shared = linkContext({ retryMaxMs: 60_000, onNote: (text) => notes.push(text) });
  const member = new KafkajsGroupMember(shared, directory, {
    group,
    topic: 't',
    onPartitions: () => undefined,
    onState: (state, reason) => states.push(reason === undefined ? state : `${state}: ${reason.message}`),
  });
  context.after(() => member.leave());
  return { states, notes, member };
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

/** Answers to a member that is taken in alone. */
function takenIn({ name, memberId }: Asked): unknown {
  if (name === 'JoinGroup' && memberId === '') return { errorCode: 79, memberId: 'm' };
  if (name === 'JoinGroup')
    return { errorCode: 0, memberId, leaderId: 'other', generationId: 1, members: [] };
  return { errorCode: 0, memberAssignment: Buffer.alloc(0) };
}

test('a member leaves at once where no broker tells who coordinates its group', async (context) => {
  const { member, states } = join(context, 'g', directoryOf(never));
  await until('it looks for its coordinator', () => states.includes('joining'));
  await member.leave();
});

test('a member whose coordinator hangs leaves all the same, and says so', async (context) => {
  answering(context, (asked) => (asked.name === 'LeaveGroup' ? never : takenIn(asked)));
  const { member, states, notes } = join(context, 'g');
  await until('it is in', () => states.includes('joined'));
  await member.leave();
  assert.match(notes.join(), /leaving group g failed, .*: no answer in 3000 ms/);
});

test('a member that gets its name while it leaves gives it back', async (context) => {
  const asked: string[] = [];
  let give: (answer: unknown) => void = () => undefined;
  answering(context, ({ name, memberId }) => {
    asked.push(`${name} ${memberId}`);
    if (name !== 'JoinGroup') return { errorCode: 0 };
    return new Promise((resolve) => {
      give = resolve;
    });
  });
  const { member } = join(context, 'g');
  await until('it asks to join', () => asked.length > 0);
  const left = [member.leave(), member.leave()];
  give({ errorCode: 79, memberId: 'm' });
  await Promise.all(left);
  assert.deepEqual(asked, ['JoinGroup ', 'LeaveGroup m']);
});

test('a client is not closed under the goodbye of a member', async (context) => {
  const steps: string[] = [];
  let taken: (answer: unknown) => void = () => undefined;
  answering(context, (asked) => {
    if (asked.name !== 'LeaveGroup') return takenIn(asked);
    steps.push('asked to leave');
    return new Promise((resolve) => {
      taken = resolve;
    });
  });
  context.mock.method(Directory.prototype, 'coordinatorOf', async () => address);
  const client = new KafkajsClient(connectionTo([]));
  const states: string[] = [];
  const options = { group: 'g', topic: 't', onPartitions: () => undefined };
  const member = client.join({ ...options, onState: (state) => states.push(state) });
  await until('it is in', () => states.includes('joined'));
  const left = member.leave();
  await until('it says goodbye', () => steps.length > 0);
  const closed = client.close().then(() => steps.push('closed'));
  await new Promise(setImmediate);
  steps.push('answered');
  taken({ errorCode: 0 });
  await Promise.all([left, closed]);
  assert.deepEqual(steps, ['asked to leave', 'answered', 'closed']);
});
