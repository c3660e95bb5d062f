/** Mistakes 6, 7, 10 and 12 of the earlier implementation (physics.md 7), shown right in whole runs. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openRootFile } from '../../lib/columnar/root/index.js';
import { openRuns } from '../../services/report/open-runs.js';
import { numbers, ScoreTable, texts } from '../../services/report/score-table.js';
import { inFolder } from '../support/cli.js';
import { copyRootFile } from '../support/root-copy.js';
import { quick, runWell, sampleFile, shipped, writeConfig } from '../support/small-run.js';
import { readTables } from '../support/tables.js';

test("mistake 6: every row's MET is that of its own event, whatever the sample", async () => {
  await inFolder(async (folder) => {
    const samples = [
      shipped('mc/zee', 'background'),
      shipped('mc/zprime2000_mumu', 'signal'),
      shipped('mc/c1n2_wz_800_50', 'signal'),
    ];
    const output = join(folder, 'out');
    await runWell(['run', writeConfig(folder, samples), '--output', output]);
    const table = await readTables(join(output, 'scores'));
    for (const { name, files } of samples) {
      const file = await openRootFile(files[0]!);
      try {
        const reader = file.columns(file.trees[0]!.name, ['met_et', 'eventNumber']);
        const [met, number] = reader.read(0, reader.entries);
        let rows = 0;
        table.sample!.forEach((sample, row) => {
          if (sample !== name) return;
          const entry = Number(table.entry![row]);
          assert.equal(table.met![row], Math.fround((met!.values[entry] as number) / 1000));
          assert.equal(Number(table.event_number![row]), Number(number!.values[entry]));
          rows += 1;
        });
        assert.ok(rows > 100);
      } finally {
        file.close();
      }
    }
  });
});

test('mistake 7: the test part of the background stands for the full luminosity, as all of the signal does', async () => {
  await inFolder(async (folder) => {
    const output = join(folder, 'out');
    await runWell(['run', writeConfig(folder), '--output', output]);
    const { joined } = openRuns([output], ['out']);
    const table = await ScoreTable.open({
      files: joined[0]!.scoreFiles,
      leftOut: [],
      testScale: 1 / (1 - joined[0]!.config.training.train_fraction),
      memoryMb: 256,
      threads: 1,
      temporary: folder,
    });
    const answer = await table.query(
      'select sample, sum(w)::double as w, count(*)::double as n from rows group by all order by sample',
    );
    table.close();
    const rows = await readTables(join(output, 'scores'));
    texts(answer, 'sample').forEach((sample, index) => {
      const isSignal = sample === 'zprime2000_mumu';
      let all = 0;
      let test = 0;
      rows.sample!.forEach((name, row) => {
        if (name !== sample) return;
        all += rows.weight![row] as number;
        if (rows.split![row] === 'test') test += rows.weight![row] as number;
      });
      const found = numbers(answer, 'w')[index]!;
      const expected = isSignal ? all : 5 * test;
      assert.ok(Math.abs(found / expected - 1) < 1e-9, sample);
      // Unscaled, the background would be a fifth of what it is.
      if (!isSignal) assert.ok(Math.abs(found / all - 1) < 0.15, `${sample}: ${found} of ${all}`);
    });
  });
});

test('mistake 10: a file is taken by its whole name, and run.json names each one', async () => {
  await inFolder(async (folder) => {
    copyFileSync(sampleFile('mc/zee'), join(folder, 'data15.root'));
    copyFileSync(sampleFile('mc/ttbar'), join(folder, 'data1516.root'));
    copyFileSync(sampleFile('mc/zprime2000_mumu'), join(folder, 'data15_b.root'));
    const samples = [{ name: 'zee', kind: 'background', files: [join(folder, 'data15.root')] }] as const;
    const output = join(folder, 'out');
    await runWell(['run', writeConfig(folder, samples), '--output', output]);
    const { inputs } = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as {
      inputs: readonly { file: string }[];
    };
    assert.deepEqual(
      inputs.map(({ file }) => file.split('/').at(-1)),
      ['data15.root'],
    );
  });
});

test('mistake 12: no cut on MET touches the background and leaves the signal, or the other way round', async () => {
  await inFolder(async (folder) => {
    const paths = ['mc/zee', 'mc/zprime2000_mumu'].map((name) => {
      const to = join(folder, `${name.slice(3)}.root`);
      return { from: sampleFile(name), to };
    });
    for (const { from, to } of paths) {
      await copyRootFile({
        from,
        to,
        // Far above 800 GeV, in every event.
        change: (branch, { values }) => {
          if (branch !== 'met_et') return;
          for (let row = 0; row < values.length; row++) values[row] = 900_000 + row;
        },
      });
    }
    const runOf = async (files: readonly string[], name: string) => {
      const samples = [
        { name: 'zee', kind: 'background', files: [files[0]!] },
        { name: 'zprime', kind: 'signal', files: [files[1]!] },
      ] as const;
      const output = join(folder, name);
      await runWell(['run', writeConfig(folder, samples, quick, `${name}.yaml`), '--output', output]);
      const table = await readTables(join(output, 'scores'));
      const count = (sample: string) => table.sample!.filter((found) => found === sample).length;
      const least = table.met!.reduce((low: number, met) => Math.min(low, met as number), Number.MAX_VALUE);
      return { zee: count('zee'), zprime: count('zprime'), least };
    };
    const usual = await runOf(
      paths.map(({ from }) => from),
      'usual',
    );
    const high = await runOf(
      paths.map(({ to }) => to),
      'high',
    );
    assert.ok(high.least > 800 && usual.least < 800);
    assert.deepEqual([high.zee, high.zprime], [usual.zee, usual.zprime]);
  });
});
