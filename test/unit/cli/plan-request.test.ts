import assert from 'node:assert/strict';
import test from 'node:test';
import { type PlanOptions, planRequest } from '../../../cli/plan-request.js';
import { RmmError } from '../../../lib/base/error.js';
import type { MeasuredPlan } from '../../../services/plan/measure/measured-plan.js';
import { measuredRates } from '../../../services/plan/rates.js';

const options: PlanOptions = {
  events: '1e9',
  bytesPerEvent: '2000',
  hours: '0.5',
  mode: 'bounded',
  rate: [],
};

const measured: MeasuredPlan = {
  rates: {
    from: 'measured on a.yaml',
    pairs: [
      ['ingest', 11],
      ['scorer', 12],
      ['trainer', 13],
    ],
  },
  selected: 0.4,
  trained: 0.5,
  epochs: 7,
  bytesPerEvent: 188,
  notes: [],
};

test('what is given stands over what is measured, and that over what is usual', () => {
  const rates = { name: 'ours.yaml', text: 'scorer: 22\ntrainer: 23\n' };
  const { bytesPerEvent: _, ...open } = options;
  const given = { ...open, rate: ['trainer=33'], selected: '0.9' };
  const { request, from } = planRequest(given, rates, measured);
  assert.deepEqual(request.rates, { ...measuredRates, ingest: 11, scorer: 22, trainer: 33 });
  assert.deepEqual(
    [from.ingest, from.scorer, from.trainer, from.selector],
    ['measured on a.yaml', 'ours.yaml', '--rate', 'docs/benchmarks.md'],
  );
  const { events, hours, bytesPerEvent, selected, trained, epochs, headroom } = request;
  assert.deepEqual(
    { events, hours, bytesPerEvent, selected, trained, epochs, headroom },
    { events: 1e9, hours: 0.5, bytesPerEvent: 188, selected: 0.9, trained: 0.5, epochs: 7, headroom: 1.5 },
  );
});

function faultsOf(change: Partial<PlanOptions>): string[] {
  try {
    planRequest({ ...options, ...change }, undefined, undefined);
  } catch (error) {
    if (error instanceof RmmError && error.code === 'cli_usage') return error.message.split('\n');
  }
  return assert.fail('it was taken');
}

test('what is no number is named as it was given, all of it at once', () => {
  const faults = faultsOf({ events: '1,000', hours: '0x10', headroom: '', rate: ['scorer', 'ingest=fast'] });
  assert.deepEqual(faults, [
    '--rate scorer: expected NAME=NUMBER, for example --rate scorer=200000',
    '--rate ingest fast: expected a number, for example 2000 or 1e9',
    '--events 1,000: expected a number, for example 2000 or 1e9',
    '--hours 0x10: expected a number, for example 2000 or 1e9',
    '--headroom : expected a number, for example 2000 or 1e9',
  ]);
  const { bytesPerEvent: _, ...open } = options;
  assert.throws(() => planRequest(open, undefined, undefined), /--bytes-per-event is missing/);
  for (const text of ['Infinity', 'NaN', '1e', '--5', '1_000', '2kB'])
    assert.equal(faultsOf({ events: text }).length, 1);
});

test('numbers are read as people write them', () => {
  for (const [text, value] of [
    ['1e9', 1e9],
    ['1E+3', 1000],
    ['.5', 0.5],
    ['5.', 5],
    [' 7 ', 7],
    ['-3', -3],
  ] as const)
    assert.equal(planRequest({ ...options, hours: text }, undefined, undefined).request.hours, value);
});
