import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { after } from 'node:test';
import { packageRoot } from '../../lib/base/package-root.js';
import type { ColumnKind } from '../../lib/physics/feature-rows.js';
import { rmmLayout } from '../../lib/physics/rmm/index.js';
import { assertClose } from '../golden/physics/compare.js';
import { runWell, type SampleSpec, samples, writeConfig } from '../support/small-run.js';
import { type PlainTable, readTable } from '../support/tables.js';

const shared = join(dirname(packageRoot), 'shared');
const long = process.env.RMMSTREAM_TEST_LONG === '1';

interface Count {
  readonly raw: number;
  readonly weighted: number;
}

interface GoldenFile {
  readonly entries: number;
  readonly all: Count;
  readonly ge2: Count;
  readonly eq2: Count;
  readonly dead_letters: readonly { readonly entry: number; readonly reason: string }[];
  readonly surplus_objects_dropped: number;
}

// The golden values of other software are beside a checkout of the project, not in it. Without them the
// commands are held to the shipped sample by finished-run.test.ts and to golden events by test/golden/physics.
if (existsSync(join(shared, 'golden', 'cutflow.json'))) {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const golden = (
    JSON.parse(readFileSync(join(shared, 'golden', 'cutflow.json'), 'utf8')) as {
      files: Record<string, GoldenFile>;
    }
  ).files;
  const names = Object.keys(golden);
  const paths = names.map((name) => join(shared, 'data', name));

  const closeTo = (found: number, expected: number, what: string) =>
    assert.ok(Math.abs(found - expected) <= 1e-9 * Math.abs(expected), `${what}: ${found}, not ${expected}`);

  /** Rows of each file in a table of all files: they follow each other. */
  const partsOf = (table: PlainTable, count: (file: GoldenFile) => Count) => {
    let from = 0;
    const parts = new Map<string, number>();
    for (const [name, file] of Object.entries(golden)) {
      parts.set(name, from);
      const to = from + count(file).raw;
      const weights = table.weight!.slice(from, to) as number[];
      closeTo(
        weights.reduce((sum, weight) => sum + weight, 0),
        count(file).weighted,
        name,
      );
      from = to;
    }
    assert.equal(from, table.weight!.length, 'the raw counts of all files');
    return parts;
  };

  const sets = readdirSync(join(shared, 'golden')).filter((name) => name.endsWith('.parquet'));

  /** Calls `compare` for each row of each golden table of one kind. */
  const eachGolden = async (
    kind: 'rmm' | 'report33',
    parts: ReadonlyMap<string, number>,
    table: PlainTable,
    compare: (golden: PlainTable, row: number, at: number, where: string) => void,
  ) => {
    const own = sets.filter((name) => name.startsWith(`${kind}_`));
    assert.equal(own.length, 8);
    for (const name of own) {
      const expected = await readTable(join(shared, 'golden', name));
      const file = name.slice(kind.length + 1).replace('.parquet', '.root');
      const from = parts.get(`mc/${file}`) ?? parts.get(`data/${file}`)!;
      assert.equal(expected.event!.length, 300);
      expected.event!.forEach((event, row) => {
        const where = `${name} row ${row}`;
        assert.equal(BigInt(table.event_number![from + row] as bigint), BigInt(event as number), where);
        assert.equal(Number(table.run_number![from + row]), Number(expected.run![row]), where);
        compare(expected, row, from + row, where);
      });
    }
  };

  const near = (
    table: PlainTable,
    at: number,
    name: string,
    expected: unknown,
    kind: ColumnKind,
    where: string,
  ) => assertClose(table[name]![at] as number, expected as number, kind, `${where} ${name}`);

  test('rmmstream features gives the golden matrices and at-least-two counts of every file', async () => {
    const output = join(folder, 'rmm.parquet');
    await runWell(['features', '--input', ...paths, '--output', output]);
    const table = await readTable(output);
    const { names: cellNames, kinds } = rmmLayout();
    await eachGolden(
      'rmm',
      partsOf(table, ({ ge2 }) => ge2),
      table,
      (expected, row, at, where) => {
        assertClose(table.weight![at] as number, expected.weight![row] as number, 'plain', `${where} weight`);
        near(table, at, 'met', expected.met![row], 'gev', where);
        near(table, at, 'mll', expected.mll![row], 'gev', where);
        const cells = expected.cell![row] as number[];
        assert.deepEqual(table.cells![at], cells, where);
        cells.forEach((cell, index) => {
          const [found, wanted] = [table.values![at] as number[], expected.value![row] as number[]];
          assertClose(found[index]!, wanted[index]!, kinds[cell]!, `${where} ${cellNames[cell]}`);
        });
      },
    );
    const letters = readFileSync(`${output}.dead-letters.jsonl`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { sample: string; entry: number; reason: string });
    const wanted = names.flatMap((name) => golden[name]!.dead_letters.map(({ entry }) => `${name} ${entry}`));
    assert.deepEqual(
      letters.map(({ sample, entry }) => `mc/${sample}.root ${entry}`),
      wanted,
    );
    // ../shared/data/README.md
    const rows = (reason: string) => letters.filter((one) => one.reason === reason).map(({ entry }) => entry);
    assert.deepEqual(rows('weight_not_finite'), [17, 101, 192, 243, 320, 480, 929]);
    assert.deepEqual(rows('weight_absurd'), [7, 160, 491, 940, 958]);
  });

  test('rmmstream features gives the golden report tables and exactly-two counts of every file', async () => {
    const output = join(folder, 'report.parquet');
    const settings = ['--set', 'features.type=report33', '--set', 'selection.leptons=exactly_2'];
    await runWell(['features', '--input', ...paths, '--output', output, ...settings]);
    const table = await readTable(output);
    const gev = /^(mll|mt2|met_et|lep\d_(pt|E|ptcone30|etcone20))$/;
    const left = ['lep1_tracksigd0pvunbiased', 'lep2_tracksigd0pvunbiased'];
    await eachGolden(
      'report33',
      partsOf(table, ({ eq2 }) => eq2),
      table,
      (expected, row, at, where) => {
        const columns = Object.keys(expected).slice(6);
        assert.equal(columns.length, 35);
        for (const name of columns) {
          if (left.includes(name)) assert.equal(table[name], undefined);
          else near(table, at, name, expected[name]![row], gev.test(name) ? 'gev' : 'plain', where);
        }
      },
    );
  });

  const kindOf = (name: string): SampleSpec['kind'] =>
    name.startsWith('data/') ? 'data' : isBackground(name) ? 'background' : 'signal';
  const config = (names: readonly string[], rest: Readonly<Record<string, unknown>>) =>
    writeConfig(
      folder,
      names.map((name) => ({
        name: name.slice(name.indexOf('/') + 1, -'.root'.length),
        kind: kindOf(name),
        files: [join(shared, 'data', name)],
      })),
      rest,
    );

  if (long) {
    test('all of ../shared/data: cut flow exact, heavy signals above 0.98, chargino 450/300 above 0.93', async () => {
      const output = join(folder, 'all');
      // Signals of one channel in two files: the corrupt copy has a run of its own above.
      const taken = names.filter((name) => !name.startsWith('io/') && !name.includes('corrupt'));
      await runWell(['run', config(taken, { luminosity_fb: 10.064 }), '--output', output]);
      const flows = JSON.parse(readFileSync(join(output, 'cutflow.json'), 'utf8')).samples;
      for (const name of taken) {
        const flow = flows[name.slice(name.indexOf('/') + 1, -'.root'.length)];
        const expected = golden[name]!;
        assert.equal(flow.entries, expected.entries);
        assert.equal(flow.surplus_objects, expected.surplus_objects_dropped, name);
        for (const [cut, count] of [
          [flow.cuts[0], expected.all],
          [flow.cuts.at(-1), expected.ge2],
        ]) {
          assert.equal(cut.raw, count.raw, name);
          closeTo(cut.weighted, count.weighted, name);
        }
      }
      const report = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8'));
      const auc = (signal: string, score: string): number =>
        report.evaluation.signals[signal].separation[score].auc.value;
      for (const score of ['error', 'error_normalised']) {
        for (const signal of Object.keys(report.evaluation.signals))
          if (/^(zprime[23]000|rsg1000|wr3000|slepslep|c1n2_wz_800)/.test(signal))
            assert.ok(auc(signal, score) > 0.98, `${signal} ${score} ${auc(signal, score)}`);
        assert.ok(auc('c1n2_wz_450_300', score) > 0.93, score);
      }
      const { epochs } = report.training;
      assert.ok(
        epochs.at(-1).loss < epochs[0].loss && epochs.at(-1).validationLoss < epochs[0].validationLoss,
      );
    });
  } else {
    test('cutflow.json of score equals the golden cut flow of every file', async () => {
      const small = join(folder, 'small');
      const settings = [
        '--max-events',
        '500',
        '--set',
        'training.epochs=1',
        '--set',
        'features.min_filled=20',
      ];
      await runWell(['train', join(samples, 'config.yaml'), '--output', small, ...settings]);
      const output = join(folder, 'scored');
      await runWell(['score', '--model', join(small, 'model'), '--input', ...paths, '--output', output]);
      const flows = JSON.parse(readFileSync(join(output, 'cutflow.json'), 'utf8')).samples;
      for (const name of names) {
        const flow = flows[name.slice(name.lastIndexOf('/') + 1, -'.root'.length)];
        const expected = golden[name]!;
        assert.equal(flow.entries, expected.entries);
        assert.equal(flow.surplus_objects, expected.surplus_objects_dropped, name);
        for (const [cut, count] of [
          [flow.cuts[0], expected.all],
          [flow.cuts.at(-1), expected.ge2],
        ]) {
          assert.equal(cut.raw, count.raw, name);
          closeTo(cut.weighted, count.weighted, name);
        }
      }
    });
  }
}

function isBackground(name: string): boolean {
  return /^mc\/(zee|zmumu|ztautau|ttbar|singletop|wjets|ww|wz|zz|higgs)/.test(name);
}
