import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../lib/base/package-root.js';
import { inFolder, runCli } from '../../support/cli.js';
import { smallSamples, writeConfig } from '../../support/small-run.js';

/** An SDK as OpenTelemetry's API takes it, which writes down what its instruments were given. */
const recordingSdk = `
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { createNoopMeter, metrics } from '@opentelemetry/api';
const given = [];
const instrument = (kind) => (name, options) => {
  const take = (value, attributes = {}) => given.push({ kind, name, unit: options?.unit, value, attributes });
  return { add: take, record: take };
};
const meter = Object.assign(createNoopMeter(), {
  createCounter: instrument('counter'),
  createHistogram: instrument('histogram'),
  createGauge: instrument('gauge'),
});
metrics.setGlobalMeterProvider({ getMeter: () => meter });
if (isMainThread) process.on('exit', () => writeFileSync(process.env.RECORDED, JSON.stringify(given)));
`;

interface Given {
  readonly kind: string;
  readonly name: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

test('the bridge of the page brings a run to OpenTelemetry', async () => {
  await inFolder(async (folder) => {
    // Beside the package, so that both find the same API.
    const sdk = join(packageRoot, 'dist', 'test', 'integration', 'cli', `recording-sdk.${process.pid}.mjs`);
    writeFileSync(sdk, recordingSdk);
    const recorded = join(folder, 'recorded.json');
    const bridge = join(packageRoot, 'docs', 'opentelemetry.mjs');
    const imports = [sdk, bridge].map((path) => `--import ${pathToFileURL(path).href}`).join(' ');
    const { code, stderr } = await runCli(['run', writeConfig(folder), '--output', join(folder, 'out')], {
      env: { NODE_OPTIONS: imports, RECORDED: recorded },
    });
    assert.equal(code, 0, stderr);
    const given = JSON.parse(readFileSync(recorded, 'utf8')) as Given[];
    const { events, training } = JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8')) as {
      events: { read: number; selected: number; scored: number };
      training: { epochs: { validation_loss?: number }[] };
    };
    const sum = (name: string, stage: string, direction: string) =>
      given
        .filter((one) => one.name === name && one.attributes.stage === stage)
        .filter((one) => one.attributes.direction === direction)
        .reduce((total, { value }) => total + value, 0);
    assert.equal(sum('rmmstream.events', 'ingest', 'in'), events.read);
    assert.equal(sum('rmmstream.events', 'selector', 'out'), events.selected);
    assert.equal(sum('rmmstream.events', 'scorer', 'out'), events.scored);
    assert.ok(sum('rmmstream.io', 'scorer', 'out') > 0);
    const losses = given.filter(({ name }) => name === 'rmmstream.validation_loss');
    assert.equal(losses.length, training.epochs.length);
    assert.ok(losses.every(({ kind, value }) => kind === 'gauge' && value > 0));
    const times = given.filter(({ name }) => name === 'rmmstream.batch.duration');
    assert.equal(new Set(times.map(({ attributes }) => attributes.stage)).size, 6);
    assert.ok(times.every(({ kind, value }) => kind === 'histogram' && value >= 0));
    assert.equal(
      smallSamples.length,
      new Set(times.filter(({ attributes }) => attributes.stage === 'ingest')).size,
    );
  });
});
