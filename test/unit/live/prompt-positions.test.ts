import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { CommittedOffset } from '../../../lib/kafka/client.js';
import { PromptPositions } from '../../../services/live/kafka/prompt-positions.js';

const settled = (offset: number): ReadonlyMap<number, CommittedOffset> =>
  new Map([[0, { offset, metadata: '' }]]);

test('positions that are not settled are not waited for, and are asked for once', async () => {
  const asked: string[] = [];
  let settle = (_: ReadonlyMap<number, CommittedOffset>) => {};
  const positions = new PromptPositions(
    {
      committed: (group) => {
        asked.push(group);
        if (group !== 'selector') return Promise.resolve(settled(asked.length));
        return new Promise((resolve) => {
          settle = resolve;
        });
      },
    },
    1,
  );
  for (let look = 0; look < 3; look += 1)
    await assert.rejects(positions.committed('selector', 'events'), { code: 'kafka_request_failed' });
  assert.deepEqual(asked, ['selector']);
  assert.deepEqual(await positions.committed('scorer', 'features'), settled(2));
  settle(settled(7));
  assert.deepEqual(await positions.committed('selector', 'events'), settled(7), 'the answer to the question');
  assert.deepEqual(await positions.committed('scorer', 'features'), settled(3), 'asked anew each time');
});

test('what the client says is wrong is said, in a later look too', async () => {
  const lost = new RmmError('kafka_unreachable', 'no broker answers');
  const positions = new PromptPositions({ committed: () => Promise.reject(lost) }, 1);
  for (let look = 0; look < 2; look += 1) await assert.rejects(positions.committed('a', 'b'), lost);
});
