// Runs the compiled tests with node:test and closes with one line, "N passed, N failed, N skipped".
// usage: node test/run.mjs [--long] [--no-setup] [part of a file name ...]
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root, setup } from '../cli/setup.mjs';

const args = process.argv.slice(2);
const long = args.includes('--long');
const patterns = args.filter((argument) => !argument.startsWith('--'));
setup();
if (long) process.env.RMMSTREAM_TEST_LONG = '1';

function testFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(folder, name))
    .sort();
}

const files = testFiles(join(root, 'dist', 'test')).filter(
  (file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)),
);
if (files.length === 0) {
  process.stderr.write(`no test file matches ${patterns.join(' ')}\n`);
  process.exit(1);
}
const count = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
const failed = [];
const seconds = new Map();
// One more than the cores of CI: many tests wait for brokers, deadlines and browsers.
const stream = run({ files, concurrency: 3, timeout: long ? 7_200_000 : 1_200_000 });
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite') return;
  if (event.skip !== undefined) {
    count.skipped += 1;
    skipped.push(`${event.name}${typeof event.skip === 'string' ? ` (${event.skip})` : ''}`);
  } else count.passed += 1;
});
stream.on('test:fail', (event) => {
  if (event.details.type === 'suite') return;
  count.failed += 1;
  failed.push(event.name);
});
stream.on('test:complete', ({ name, file, details }) => {
  if (name === file) seconds.set(relative(join(root, 'dist'), file), details.duration_ms / 1000);
});
const printed = stream.compose(new spec());
printed.pipe(process.stdout, { end: false });
printed.on('end', () => {
  const slowest = [...seconds].sort(([, one], [, other]) => other - one).slice(0, 10);
  for (const [file, took] of slowest) process.stdout.write(`${took.toFixed(0)} s: ${file}\n`);
  for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
  for (const name of failed) process.stdout.write(`failed: ${name}\n`);
  // In CI everything that the README names is installed, so a skip there is a missing set-up step.
  const skipsFail = process.env.CI === 'true' && count.skipped > 0;
  if (skipsFail) process.stdout.write('CI=true: a skipped test is a failure\n');
  process.exitCode = count.failed > 0 || count.passed === 0 || skipsFail ? 1 : 0;
  process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
});
