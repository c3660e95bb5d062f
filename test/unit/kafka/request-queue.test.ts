import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
// Loads kafkajs with its cures.
import { Link } from '../../../lib/kafka/kafkajs/link.js';
import { linkContext, standIn } from '../../support/kafka/stand-in.js';

interface Queue {
  checkPendingRequests(): void;
  maybeThrottle(ms: number): void;
  push(request: object): void;
  destroy(): void;
  fulfillRequest(answer: { correlationId: number; payload: null; size: number }): void;
}

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
  new (settings: object): Queue;
  readonly prototype: Queue;
};

/** Counts how often queues look for requests that they hold back. */
function countLooks(context: test.TestContext): () => number {
  const look = context.mock.method(RequestQueue.prototype, 'checkPendingRequests');
  return () => look.mock.callCount();
}

function queueOf(context: test.TestContext, maxInFlightRequests: number | null): Queue {
  const logger = { debug: () => undefined, warn: () => undefined };
  const settings = { requestTimeout: 1000, enforceRequestTimeout: false, clientId: 'c', broker: 'b' };
  const queue = new RequestQueue({ ...settings, maxInFlightRequests, logger });
  context.after(() => queue.destroy());
  return queue;
}

/** Puts a request in line; resolves when it is answered. `sent` hears when it goes out. */
function push(queue: Queue, correlationId: number, sent: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const entry = { apiKey: 1, apiName: 'x', apiVersion: 1, correlationId, resolve, reject };
    queue.push({ entry, expectResponse: true, sendRequest: sent });
  });
}

test('a connection that waits has no timer', async (context) => {
  const looks = countLooks(context);
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const { address } = await standIn(context);
  const link = await Link.open(linkContext(), address);
  context.after(() => link.close());
  // One for each answer; the one to ApiVersions came.
  assert.equal(looks(), 1);
  assert.equal(timers(), before);
});

test('requests that are held back for a quota go out when its time is over', async (context) => {
  const looks = countLooks(context);
  const queue = queueOf(context, null);
  const out: number[] = [];
  const send = (id: number) =>
    push(queue, id, () => {
      out.push(id);
      setImmediate(() => queue.fulfillRequest({ correlationId: id, payload: null, size: 0 }));
    });
  await send(1);
  queue.maybeThrottle(20);
  const held = [send(2), send(3)];
  assert.deepEqual(out, [1]);
  await Promise.all(held);
  assert.deepEqual(out, [1, 2, 3]);
  const looked = looks();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(looks(), looked, 'nothing is held back any more');
});

test('requests that are held back since too many are under way go out when one is answered', async (context) => {
  const queue = queueOf(context, 1);
  const out: number[] = [];
  const answers = [1, 2, 3].map((id) => push(queue, id, () => out.push(id)));
  for (const id of [1, 2, 3]) {
    assert.deepEqual(out, [1, 2, 3].slice(0, id));
    queue.fulfillRequest({ correlationId: id, payload: null, size: 0 });
  }
  await Promise.all(answers);
});
