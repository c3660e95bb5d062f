import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { measuredRates } from '../../../services/plan/rates.js';
import { ratesOfFile, readRates } from '../../../services/plan/read-rates.js';

test('rates come from the measured ones, a file over them, single ones over both, and each says where from', () => {
  const file = ratesOfFile('rates.yaml', 'scorer: 5\ntrainer: 6 # rows/s\n');
  const { rates, from } = readRates([file, { from: '--rate', pairs: [['trainer', 7]] }]);
  assert.deepEqual(rates, { ...measuredRates, scorer: 5, trainer: 7 });
  assert.deepEqual([from.scorer, from.trainer, from.ingest], ['rates.yaml', '--rate', 'docs/benchmarks.md']);
  assert.deepEqual(readRates([]).rates, measuredRates);
  for (const [text, message] of [
    ['scorr: 5', /rates.yaml: there is no rate scorr.*scorer/],
    ['scorer: fast', /rates.yaml: scorer is "fast", expected a number/],
    ['- 5', /rates.yaml: expected lines such as/],
    ['{', /rates.yaml is no YAML/],
    ['__proto__: {ingest: 1}', /there is no rate __proto__/],
  ] as const)
    assert.throws(
      () => readRates([ratesOfFile('rates.yaml', text)]),
      (error) => error instanceof RmmError && error.code === 'cli_usage' && message.test(error.message),
    );
});

test('the measured rates are those of docs/benchmarks.md', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'benchmarks.md'), 'utf8').replaceAll(/\s+/g, ' ');
  const line = (name: keyof typeof measuredRates) => measuredRates[name].toLocaleString('en-US');
  assert.ok(
    page.includes(
      `${line('ingest')} for ingest, ${line('selector')} selector, ${line('featurizer')} featurizer, ${line('moments')} moments, ${line('scaler')} scaled rows, ${line('scorer')} scorer`,
    ),
  );
  assert.ok(page.includes(`takes ${line('feature_files')} for feature files too`));
  assert.match(page, new RegExp(`AE small .{0,200}\\| 2048 \\| ${line('trainer')} \\|`));
  const { events_bytes, selected_bytes, features_bytes, scaled_bytes, score_file_bytes, feature_file_bytes } =
    measuredRates;
  assert.ok(
    page.includes(
      `\`events\` ${events_bytes} bytes an entry, \`selected\` ${selected_bytes}, \`features\` ${features_bytes} and \`scaled\` ${scaled_bytes} bytes a selected event, score files ${score_file_bytes} and feature files ${feature_file_bytes}`,
    ),
  );
  const [, written] = /1 MB, written \| [^|]+\| (\d+), \d+, \d+ \|/.exec(page)!;
  const [, read] = /1 MB, read \| [^|]+\| (\d+), \d+, \d+ \|/.exec(page)!;
  assert.deepEqual(
    [measuredRates.broker_write, measuredRates.broker_read],
    [Number(written) * 1e6, Number(read) * 1e6],
  );
  // 0.76 GB of 6,818,612 training rows.
  assert.match(page, /6,818,612 training rows/);
  assert.match(page, /store on disk[^|]*\| 0.76 GB/);
  assert.equal(measuredRates.megaset_bytes, Math.ceil(0.76e9 / 6_818_612));
});
