import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { systemClock } from '../../../lib/base/clock.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { stageMetrics } from '../../../lib/telemetry/stage-metrics.js';
import { openTelemetry } from '../../../lib/telemetry/telemetry-host.js';
import { rateNames } from '../../../services/plan/rates.js';
import { inFolder, runCli } from '../../support/cli.js';

const page = readFileSync(join(packageRoot, 'docs', 'scaling.md'), 'utf8');
const usual = ['plan', '--events', '1e9', '--bytes-per-event', '2000', '--hours', '24'];

test('the plans on the page are what the command says', async () => {
  const plans = [...page.matchAll(/<!-- plan: (.*) -->\n```text\n([\s\S]*?)```/g)];
  assert.equal(plans.length, 2);
  for (const [, args, text] of plans) {
    const { code, stdout, stderr } = await runCli(['plan', ...args!.split(' ')]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, text);
  }
  // What the text around the first one says of it.
  const [, , plan] = plans[0]!;
  const [, output] = /output (\S+ \S+),/.exec(plan!)!;
  const [, input] = /network +input (\S+ \S+),/.exec(plan!)!;
  const prose = page.replaceAll(/\s+/g, ' ');
  assert.ok(prose.includes(`${output} for the output) and a network that brings ${input} of input`));
});

test('the rates on the page are rates of the program, and a plan takes them', async () => {
  const [, text] = /```yaml\n([\s\S]*?)```/.exec(page)!;
  for (const name of Object.keys(parse(text!) as object))
    assert.ok((rateNames as readonly string[]).includes(name), name);
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'our-cluster.yaml'), text!);
    const slow = await runCli([...usual, '--rates', 'our-cluster.yaml'], { cwd: folder });
    assert.equal(slow.code, 2, 'ten epochs of AE large take longer than a day');
    assert.match(slow.stderr, /plan_impossible.*one trainer takes 67.0 h for 10 epochs/);
    const args = [
      ...usual,
      '--rates',
      'our-cluster.yaml',
      '--epochs',
      '2',
      '--rate',
      'scorer=20000',
      '--json',
    ];
    const { code, stdout, stderr } = await runCli(args, { cwd: folder });
    assert.equal(code, 0, stderr);
    const plan = JSON.parse(stdout) as {
      readonly copies: Readonly<Record<string, number>>;
      readonly rates: Readonly<Record<string, number>>;
      readonly quantities: readonly unknown[];
    };
    assert.deepEqual(
      [plan.rates.scorer, plan.rates.ingest, plan.rates.selected_bytes],
      [20_000, 500_000, 104],
    );
    assert.ok(plan.copies.scorer! > 1);
    assert.ok(plan.quantities.length > 25);
  });
});

test('a simulation is told to programs too', async () => {
  const args = [...usual, '--mode', 'continuous', '--rate', 'scorer=5000', '--simulate', '--json'];
  const { code, stdout, stderr } = await runCli(args);
  assert.equal(code, 0, stderr);
  const { asked, bottleneck, simulations } = JSON.parse(stdout) as {
    readonly bottleneck: string;
    readonly asked: Readonly<Record<string, unknown>>;
    readonly simulations: Readonly<
      Record<
        'planned' | 'one_copy_fewer',
        {
          readonly holds: boolean;
          readonly phases: readonly {
            readonly name: string;
            readonly ends: boolean;
            readonly seconds: number | null;
          }[];
        }
      >
    >;
  };
  assert.equal(bottleneck, 'scorer');
  assert.deepEqual([simulations.planned.holds, simulations.one_copy_fewer.holds], [true, false]);
  for (const { phases } of [simulations.planned, simulations.one_copy_fewer])
    for (const { ends, seconds } of phases) assert.deepEqual([ends, typeof seconds], [true, 'number']);
  assert.deepEqual([asked.bytes_per_event, asked.retention_hours, asked.bytesPerEvent], [2000, 0, undefined]);
  // One copy of everything: nothing goes on without the one that is taken away.
  const alone = await runCli([...usual, '--simulate', '--json']);
  const { simulations: single } = JSON.parse(alone.stdout) as { readonly simulations: typeof simulations };
  const stopped = single.one_copy_fewer.phases.filter(({ ends }) => !ends);
  assert.deepEqual(
    stopped.map(({ seconds }) => seconds),
    [null],
  );
});

test('what makes no sense is a usage error', async () => {
  for (const [args, message] of [
    [[...usual, '--hours', '0'], /--hours 0: expected a number above 0/],
    [[...usual, '--events', 'many'], /--events many: expected a number/],
    [[...usual, '--rate', 'scorer'], /--rate scorer: expected NAME=NUMBER/],
    [[...usual, '--rate', 'scorr=5'], /there is no rate scorr/],
    [[...usual, '--rate', 'scorer=-5'], /rate scorer -5/],
    [[...usual, '--mode', 'sideways'], /bounded, continuous/],
    [['plan', '--events', '5'], /--hours/],
  ] as const) {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  const missing = await runCli([...usual, '--rates', 'nowhere.yaml']);
  assert.notEqual(missing.code, 0);
  assert.match(missing.stderr, /nowhere.yaml/);
});

test('rates of services at work go into a plan', async () => {
  const telemetry = await openTelemetry({ host: '127.0.0.1', port: 0, clock: systemClock });
  try {
    const scorer = stageMetrics(telemetry.metrics, 'scorer', systemClock);
    scorer.batchIn(1_000_000, 1);
    scorer.busy(8);
    const address = `127.0.0.1:${telemetry.port}`;
    const { code, stdout, stderr } = await runCli([...usual, '--services', address]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^scorer +125,000 {2}services at work$/m);
    assert.match(stdout, /^ingest +363,000 {2}docs\/benchmarks.md$/m);
    assert.match(stdout, /^Of services at work: /m);
    const both = await runCli([...usual, '--measure', '--services', address]);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--measure and --services both say the rates/);
  } finally {
    await telemetry.close();
  }
  const { code, stderr } = await runCli([...usual, '--services', '127.0.0.1:9']);
  assert.equal(code, 2);
  assert.match(stderr, /--services 127.0.0.1:9: no answer/);
});
