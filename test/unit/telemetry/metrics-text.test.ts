import assert from 'node:assert/strict';
import test from 'node:test';
import client from 'prom-client';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';

test('what prom-client writes is read back, whatever stands in labels', async () => {
  const registry = new client.Registry();
  const hostile = 'a"b\\c\nd,e="f"}{ \u001b[31m';
  const gauge = new client.Gauge({
    name: 'g',
    help: 'a\nb "c"',
    labelNames: ['x', 'y'],
    registers: [registry],
  });
  gauge.set({ x: hostile, y: '' }, 1.5e-7);
  gauge.set({ x: '__proto__', y: 'constructor' }, Number.POSITIVE_INFINITY);
  const counter = new client.Counter({ name: 'c_total', help: 'c', registers: [registry] });
  counter.inc(12);
  const histogram = new client.Histogram({ name: 'h', help: 'h', buckets: [1, 2], registers: [registry] });
  histogram.observe(1.5);
  const samples = parseMetrics(await registry.metrics());
  assert.deepEqual(
    samples.map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]),
    [
      ['g', { x: hostile, y: '' }, 1.5e-7],
      ['g', { x: '__proto__', y: 'constructor' }, Number.POSITIVE_INFINITY],
      ['c_total', {}, 12],
      ['h_bucket', { le: '1' }, 0],
      ['h_bucket', { le: '2' }, 1],
      ['h_bucket', { le: '+Inf' }, 1],
      ['h_sum', {}, 1.5],
      ['h_count', {}, 1],
    ],
  );
});

test('time stamps and white space are allowed; lines that are no samples are passed over', () => {
  const text = [
    'a 1 1700000000000',
    'b{x="1",} 2',
    '\tc 3',
    'd',
    'e{x=1} 2',
    'f{x="1} 2',
    '<html>',
    'g NaN',
    '',
  ].join('\n');
  assert.deepEqual(
    parseMetrics(text).map(({ name, value }) => [name, value]),
    [
      ['a', 1],
      ['b', 2],
    ],
  );
});

test('a line made to be slow is read in time that grows with its length only', () => {
  const line = `a{${'x="\\\\",'.repeat(200_000)}`;
  assert.deepEqual(parseMetrics(line), []);
  assert.deepEqual(parseMetrics(`${line}} 1`).length, 1);
});
