import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Calls } from '../../../lib/kafka/confluent/calls.js';
import { isCode } from '../../support/kafka/fake-context.js';

test('a call that librdkafka does not come back from is given up, and nothing is taken down under it', async () => {
  const calls = new Calls(10);
  let comeBack: () => void = () => undefined;
  const stuck = calls.make('committing', { patienceMs: 10, callMs: 10 }, (_, done) => {
    comeBack = () => done(null);
  });
  await assert.rejects(stuck, isCode('kafka_unreachable', /committing: librdkafka did not come back/));
  await calls.make('aborting', { patienceMs: 10, callMs: 10 }, (_, done) => done(null));
  let isDown = false;
  const closing = calls.close({
    disconnect: (done) => {
      isDown = true;
      done(null);
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!isDown);
  comeBack();
  await closing;
  assert.ok(isDown);
});

test('calls that have ended leave nothing behind', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const calls = new Calls();
  const many = 100_000;
  const used = async () => {
    for (let k = 0; k < many; k += 1)
      await calls.make('committing', { patienceMs: 10, callMs: 10 }, (_, done) => done(null));
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await used();
  const bytes = (await used()) - before;
  assert.ok(bytes < 10 * many, `${bytes / many} bytes a call`);
  assert.ok(!calls.isClosed);
});
