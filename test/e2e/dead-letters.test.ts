import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openRootFile } from '../../lib/columnar/root/index.js';
import { inFolder } from '../support/cli.js';
import { copyRootFile } from '../support/root-copy.js';
import { runWell, sampleFile, shipped, smallSamples, writeConfig } from '../support/small-run.js';
import { readTables } from '../support/tables.js';

const zprime = sampleFile('mc/zprime2000_mumu');
/** Damage as in ../shared/data/mc/rsg_mumu_corrupt.root: rows by reason. */
const notFinite = new Map([
  [17, Number.NaN],
  [101, Number.POSITIVE_INFINITY],
  [243, Number.NEGATIVE_INFINITY],
]);
const absurd = [7, 160];

test('corrupt weights: the rows go to the dead letters, whole, and the rest goes on', async () => {
  await inFolder(async (folder) => {
    const to = join(folder, 'corrupt.root');
    await copyRootFile({
      from: zprime,
      to,
      change: (branch, { values }) => {
        if (branch !== 'mcWeight') return;
        const weights = values as Float32Array;
        for (const [row, value] of notFinite) weights[row] = value;
        for (const row of absurd) weights[row] = weights[row]! * 1e12;
      },
    });
    const list = [...smallSamples.slice(0, 2), { name: 'corrupt', kind: 'signal' as const, files: [to] }];
    const output = join(folder, 'out');
    await runWell(['run', writeConfig(folder, list), '--output', output, '--max-events', '700']);

    const [name, ...others] = readdirSync(join(output, 'dead-letters'));
    assert.deepEqual(others, []);
    const letters = readFileSync(join(output, 'dead-letters', name!), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const found = letters.map(({ entry, reason }) => [entry, reason]);
    const expected = [
      ...[...notFinite.keys()].map((row) => [row, 'weight_not_finite'] as const),
      ...absurd.map((row) => [row, 'weight_absurd'] as const),
    ].sort(([a], [b]) => a - b);
    assert.deepEqual(found, expected);
    await compareRecords(letters);

    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'));
    assert.deepEqual(report.samples.corrupt.dead_letters, { weight_not_finite: 3, weight_absurd: 2 });
    const input = report.inputs.find((one: { sample: string }) => one.sample === 'corrupt');
    assert.equal(input.corrupt_weights, 5);
    assert.equal(report.samples.corrupt.corrupt, true, '5 rows of 700 are above 0.1 %');
    assert.equal(report.samples.zee.corrupt, false);
    const cuts = JSON.parse(readFileSync(join(output, 'cutflow.json'), 'utf8')).samples.corrupt;
    assert.equal(cuts.entries, input.entries);
    assert.equal(cuts.cuts[0].raw, input.entries - 5, 'dead letters are in no count');
    assert.ok(Number.isFinite(cuts.cuts[0].weighted));
    const scores = await readTables(join(output, 'scores'));
    const dead = new Set(expected.map(([row]) => row));
    scores.sample!.forEach((sample, row) => {
      if (sample === 'corrupt') assert.ok(!dead.has(Number(scores.entry![row])));
    });
  });
});

/** A dead letter holds what was read of the event: enough to see what is wrong and to run it again. */
async function compareRecords(letters: readonly Record<string, unknown>[]): Promise<void> {
  const file = await openRootFile(zprime);
  const names = ['runNumber', 'eventNumber', 'channelNumber', 'met_et', 'lep_pt', 'lep_type', 'jet_pt'];
  const reader = file.columns('mini', names);
  const columns = reader.read(0, reader.entries);
  const list = (name: string, row: number) => {
    const column = columns[names.indexOf(name)]!;
    if (column.kind !== 'jagged') throw new Error(`${name} is not jagged`);
    return Array.from(column.values.subarray(column.offsets[row], column.offsets[row + 1]) as Float32Array);
  };
  const number = (name: string, row: number) => Number(columns[names.indexOf(name)]!.values[row]);
  for (const letter of letters) {
    const row = letter.entry as number;
    const record = letter.record as Record<string, unknown>;
    assert.equal(record.run_number, number('runNumber', row));
    assert.equal(record.event_number, String(number('eventNumber', row)));
    assert.equal(record.channel, number('channelNumber', row));
    assert.equal(record.met, number('met_et', row) / 1000);
    const leptons = record.leptons as Record<string, number[]>;
    assert.deepEqual(leptons.type, list('lep_type', row));
    assert.deepEqual(
      leptons.pt,
      list('lep_pt', row).map((pt) => pt / 1000),
    );
    assert.deepEqual(
      (record.jets as Record<string, number[]>).pt,
      list('jet_pt', row).map((pt) => pt / 1000),
    );
    assert.equal(letter.stage, 'selector');
    assert.equal(letter.sample, 'corrupt');
    assert.match(letter.key as string, new RegExp(`^[0-9a-f]{64}:${row}$`));
    const bad = notFinite.get(row);
    if (bad === undefined) assert.ok((record.weight as number) > 1e6);
    else assert.equal(record.weight, String(bad));
  }
  file.close();
}

test('a file without entries, and one of which nothing is selected, are no error', async () => {
  await inFolder(async (folder) => {
    const empty = join(folder, 'empty.root');
    await copyRootFile({ from: sampleFile('mc/zz'), to: empty, entries: 0 });
    const poor = join(folder, 'poor.root');
    await copyRootFile({
      from: sampleFile('mc/ww'),
      to: poor,
      entries: 40,
      change: (branch, { values }) => branch === 'lep_pt' && (values as Float32Array).fill(1000),
    });
    const list = [
      ...smallSamples.slice(0, 2),
      { name: 'empty', kind: 'background' as const, files: [empty] },
      { name: 'poor', kind: 'signal' as const, files: [poor] },
      shipped('data/periodA', 'data'),
    ];
    const output = join(folder, 'out');
    const result = await runWell([
      'run',
      writeConfig(folder, list),
      '--output',
      output,
      '--max-events',
      '600',
    ]);
    assert.match(result.stdout, /poor .*not defined/);
    const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'));
    assert.equal(report.samples.poor.selected, 0);
    assert.equal(report.samples.empty.entries, 0);
    const scores = await readTables(join(output, 'scores'));
    assert.equal(scores.entry!.length, report.events.selected);
    for (const file of [empty, poor]) {
      const table = join(folder, 'table.parquet');
      const features = await runWell(['features', '--input', file, '--output', table]);
      assert.match(features.stdout, /^0 of \d+ events/);
      await runWell([
        'score',
        '--model',
        join(output, 'model'),
        '--input',
        file,
        '--output',
        join(folder, `${file}.d`),
      ]);
    }
  });
});
