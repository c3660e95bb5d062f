import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { createNoopMeter, metrics } from '@opentelemetry/api';
import { packageRoot } from '../../../lib/base/package-root.js';
import { announce } from '../../../lib/telemetry/channels.js';

test('the bridge records what there is: no loss without validation events, no time of a report without work', async () => {
  const given: [string, number][] = [];
  const instrument = (name: string) => {
    const take = (value: number) => void given.push([name, value]);
    return { add: take, record: take };
  };
  const meter = Object.assign(createNoopMeter(), {
    createCounter: instrument,
    createHistogram: instrument,
    createGauge: instrument,
  });
  metrics.setGlobalMeterProvider({ getMeter: () => meter });
  await import(pathToFileURL(join(packageRoot, 'docs', 'opentelemetry.mjs')).href);
  const network = { network: 0, networks: 1, pass: 0, passes: 1 };
  const epoch = { ...network, megaset: 0, megasets: 1, epoch: 0, loss: 2 };
  announce('rmmstream:epoch', () => ({ ...epoch, validationLoss: undefined }));
  announce('rmmstream:epoch', () => ({ ...epoch, validationLoss: 3 }));
  const letters = { eventsIn: 0, bytesIn: 0, eventsOut: 0, bytesOut: 0, deadLetters: { weight_absurd: 1 } };
  announce('rmmstream:batch', () => ({ stage: 'scorer', ...letters, seconds: 0 }));
  announce('rmmstream:batch', () => ({ stage: 'scorer', ...letters, seconds: 0.5 }));
  assert.deepEqual(
    given.filter(([, value]) => value !== 0),
    [
      ['rmmstream.validation_loss', 3],
      ['rmmstream.batch.duration', 0.5],
    ],
  );
  assert.ok(given.every(([, value]) => Number.isFinite(value)));
});
