import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../../lib/base/package-root.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { isOpen } from '../../support/kafka/ports.js';

test('three brokers start; one that is killed comes back on its port', { skip: kafkaSkip }, async () => {
  const cluster = await startKafka({ nodes: 3 });
  try {
    const second = cluster.brokers[1]!;
    await cluster.kill(2);
    assert.equal(await isOpen(second), false);
    await cluster.restart(2);
    assert.equal(await isOpen(second), true);
  } finally {
    await cluster.stop();
  }
});

test('a broker dies with the process that started it and leaves no data', { skip: kafkaSkip }, async () => {
  const starter = join(packageRoot, 'dist', 'test', 'support', 'kafka', 'start-and-wait.js');
  const child = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { broker, folder } = JSON.parse(line.toString()) as { broker: string; folder: string };
  assert.equal(await isOpen(broker), true);
  assert.equal(existsSync(folder), true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  for (let tries = 0; (await isOpen(broker)) || existsSync(folder); tries += 1) {
    assert.ok(tries < 200, 'the broker lives on');
    await pause(50);
  }
});
