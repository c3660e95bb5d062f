import assert from 'node:assert/strict';
import test from 'node:test';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
} from '../../../lib/telemetry/format.js';
import { renderTable } from '../../../lib/telemetry/table.js';

test('counts, rates, durations, sizes and shares as people write them', () => {
  assert.deepEqual([0, 999, 1_234_567].map(formatCount), ['0', '999', '1,234,567']);
  assert.deepEqual(
    [0, 0.42, 9.99, 99.99, 999.6, 98_500, 999_499, 999_500, 1_250_000, Number.NaN].map(formatRate),
    ['0 /s', '0.42 /s', '9.99 /s', '100 /s', '1 k/s', '98.5 k/s', '999 k/s', '1 M/s', '1.25 M/s', '-'],
  );
  assert.deepEqual([0, 9.94, 9.96, 59.4, 59.6, 3_599.7, 3_600, 7_620, -1].map(formatDuration), [
    '0.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 00 s',
    '1 h 00 min',
    '1 h 00 min',
    '2 h 07 min',
    '-',
  ]);
  assert.deepEqual([0, 999, 1_000, 24_120_000, 999_600, 2e12].map(formatBytes), [
    '0 B',
    '999 B',
    '1 kB',
    '24.1 MB',
    '1 MB',
    '2 TB',
  ]);
  assert.deepEqual([188.0441, 1 / 3].map(formatBytes), ['188 B', '0.33 B'], 'of an event, or in a second');
  assert.deepEqual([0, 0.375, 0.99999, 1].map(formatShare), ['0.0 %', '37.5 %', '99.9 %', '100 %']);
});

test('tables line up, numbers to the right, and have no space at the end of a line', () => {
  const table = renderTable(
    [{ title: 'signal' }, { title: 'AUC', align: 'right' }, { title: 'note' }],
    [
      ['zprime2000_mumu', '0.995', ''],
      ['µ', undefined, 'few events'],
    ],
    '  ',
  );
  assert.deepEqual(table.split('\n'), [
    '  signal             AUC  note',
    '  ---------------  -----  ----------',
    '  zprime2000_mumu  0.995',
    '  µ                    -  few events',
  ]);
});
