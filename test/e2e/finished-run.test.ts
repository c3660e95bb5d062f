import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { openRootFile } from '../../lib/columnar/root/index.js';
import { referenceScorer } from '../support/reference-scores.js';
import { runWell, sampleFile, samples } from '../support/small-run.js';
import { type PlainTable, readTable, readTables } from '../support/tables.js';
import { queryWithDuckdb } from '../unit/columnar/parquet/foreign-readers.js';

interface Auc {
  readonly auc: { readonly value: number };
}

interface Report {
  readonly events: { read: number; selected: number; scored: number; rejected: Record<string, number> };
  readonly samples: Record<string, { readonly selected: number }>;
  readonly scaler: { readonly id: string };
  readonly model: string;
  readonly training: {
    readonly megasets: number[];
    readonly validation_rows: number;
    readonly epochs: { readonly loss: number; readonly validationLoss: number }[];
  };
  readonly evaluation: {
    readonly background: { readonly events: number };
    readonly signals: Record<string, { events: number; separation: Record<string, Auc> }>;
  };
  readonly timing: { readonly seconds: number };
}

interface CutFlow {
  readonly samples: Record<
    string,
    { readonly entries: number; readonly cuts: { cut: string; raw: number; weighted: number }[] }
  >;
}

/** One run of the whole sample with the configuration that ships, looked at from all sides. */
let folder = '';
let out = '';
let scores: PlainTable = {};
let printed = '';
let report: Report;
let cutflow: CutFlow;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  out = join(folder, 'out');
  const result = await runWell(['run', join(samples, 'config.yaml'), '--output', out]);
  printed = result.stdout;
  scores = await readTables(join(out, 'scores'));
  report = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
  cutflow = JSON.parse(readFileSync(join(out, 'cutflow.json'), 'utf8'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

const rows = () => scores.entry!.length;
const columnOf = (name: string) => scores[name] as number[];

const contract: readonly (readonly [string, string])[] = [
  ['run_number', 'INTEGER'],
  ['event_number', 'BIGINT'],
  ['channel', 'INTEGER'],
  ['sample', 'VARCHAR'],
  ['kind', 'VARCHAR'],
  ['split', 'VARCHAR'],
  ['megaset', 'SMALLINT'],
  ['weight', 'DOUBLE'],
  ['met', 'FLOAT'],
  ['met_phi', 'FLOAT'],
  ['mll', 'FLOAT'],
  ['mlll', 'FLOAT'],
  ['ht', 'FLOAT'],
  ['n_leptons', 'SMALLINT'],
  ['n_jets', 'SMALLINT'],
  ['flcomp', 'VARCHAR'],
  ['error', 'FLOAT'],
  ['error_normalised', 'FLOAT'],
  ['error_abs', 'FLOAT'],
  ['log10_error', 'FLOAT'],
  ['file', 'VARCHAR'],
  ['model_version', 'VARCHAR'],
  ['scaler_version', 'VARCHAR'],
  ['entry', 'BIGINT'],
  ['late', 'BOOLEAN'],
];

test('score files have the columns and types of the contract, in its order, for DuckDB and for hyparquet', async () => {
  const all = join(out, 'scores', '*.parquet');
  const described = await queryWithDuckdb(`DESCRIBE SELECT * FROM read_parquet('${all}')`);
  const found = described.column_name!.map((name, index) => [name, described.column_type![index]]);
  assert.deepEqual(found, contract);
  assert.deepEqual(
    Object.keys(scores),
    contract.map(([name]) => name),
  );
  const facts = await queryWithDuckdb(
    `SELECT count(*) FILTER (compression = 'ZSTD') AS zstd, count(*) FILTER (compression = 'UNCOMPRESSED') AS plain,
            count(*) AS chunks, count(*) FILTER (stats_min_value IS NULL AND path_in_schema IN ('error', 'entry')) AS bare
     FROM parquet_metadata('${all}') WHERE num_values > 0`,
  );
  // A chunk that zstd does not make smaller is left as it is.
  assert.equal(Number(facts.zstd![0]) + Number(facts.plain![0]), Number(facts.chunks![0]));
  assert.ok(Number(facts.zstd![0]) > 0);
  assert.equal(Number(facts.bare![0]), 0, 'every row group has statistics');
  const sums = await queryWithDuckdb(
    `SELECT count(*) AS n, count(mlll) AS mlll, count(*) - count(error) + count(*) - count(met) AS missing,
            count(*) FILTER (n_leptons >= 3) AS three, count(DISTINCT (file, entry)) AS keys,
            sum(error) AS error, sum(event_number) AS events FROM read_parquet('${all}')`,
  );
  assert.equal(Number(sums.n![0]), rows());
  assert.equal(Number(sums.keys![0]), rows(), 'every (file, entry) is there once');
  assert.equal(Number(sums.missing![0]), 0);
  assert.equal(sums.mlll![0], sums.three![0], 'mlll is null where there is no third lepton, and only there');
  const sum = columnOf('error').reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(Number(sums.error![0]) / sum - 1) < 1e-9, 'both readers see the same values');
  assert.equal(
    BigInt(sums.events![0] as bigint),
    (scores.event_number as unknown[]).reduce((total: bigint, value) => total + BigInt(value as bigint), 0n),
  );
});

test('rows are the selected events; identity is that of the file', async () => {
  assert.equal(rows(), report.events.selected);
  assert.equal(rows(), report.events.scored);
  for (const name of ['zee', 'zprime2000_mumu']) {
    const file = await openRootFile(sampleFile(`mc/${name}`));
    const reader = file.columns('mini', ['runNumber', 'eventNumber', 'channelNumber']);
    const [run, event, channel] = reader.read(0, reader.entries).map(({ values }) => values);
    let seen = 0;
    for (let row = 0; row < rows(); row += 1) {
      if (scores.sample![row] !== name) continue;
      const entry = Number(scores.entry![row]);
      assert.equal(scores.file![row], `mc/${name}.root`);
      assert.equal(Number(scores.event_number![row]), Number(event![entry]));
      assert.equal(scores.run_number![row], run![entry]);
      assert.equal(scores.channel![row], channel![entry]);
      seen += 1;
    }
    assert.equal(seen, report.samples[name]!.selected);
    file.close();
  }
});

test('only background is split: 20 % test, 10 % of the rest validation, equal megasets of the rest', () => {
  const count = (split: string) => scores.split!.filter((value) => value === split).length;
  const background = scores.kind!.filter((kind) => kind === 'background').length;
  assert.equal(count('none'), rows() - background);
  // Five standard deviations of a binomial.
  const near = (found: number, all: number, share: number, what: string) =>
    assert.ok(
      Math.abs(found - all * share) < 5 * Math.sqrt(all * share * (1 - share)),
      `${what}: ${found} of ${all}`,
    );
  near(count('test'), background, 0.2, 'test');
  near(count('validation'), background - count('test'), 0.1, 'validation');
  const megasets = [0, 1, 2, 3].map((set) => columnOf('megaset').filter((value) => value === set).length);
  assert.equal(
    megasets.reduce((sum, value) => sum + value, 0),
    count('train'),
  );
  for (const found of megasets) near(found, count('train'), 0.25, 'megaset');
  for (let row = 0; row < rows(); row += 1) {
    assert.equal(columnOf('megaset')[row]! >= 0, scores.split![row] === 'train');
    assert.equal(scores.split![row] === 'none', scores.kind![row] !== 'background');
    if (scores.kind![row] === 'data') assert.equal(columnOf('weight')[row], 1);
  }
  assert.deepEqual(report.training.megasets, megasets);
  assert.equal(report.training.validation_rows, count('validation'));
});

test('every score is finite; log10_error is the logarithm of error', () => {
  for (let row = 0; row < rows(); row += 1) {
    const error = columnOf('error')[row]!;
    assert.ok(error > 0 && Number.isFinite(error));
    assert.ok(columnOf('error_normalised')[row]! > 0 && Number.isFinite(columnOf('error_abs')[row]!));
    assert.ok(Math.abs(columnOf('log10_error')[row]! - Math.log10(error)) < 1e-5);
  }
});

test('scores equal a recomputation in float64 from the model folder and the feature table', async () => {
  const table = join(folder, 'features.parquet');
  const names = ['zee', 'ttbar', 'zprime2000_mumu'];
  const inputs = names.map((name) => sampleFile(`mc/${name}`));
  await runWell(['features', '--input', ...inputs, '--output', table]);
  const features = await readTable(table);
  const rowOf = new Map<string, number>();
  for (let row = 0; row < rows(); row += 1)
    rowOf.set(`${scores.channel![row]} ${scores.event_number![row]}`, row);
  const score = referenceScorer(join(out, 'model'), 1e-3);
  let compared = 0;
  for (let at = 0; at < features.channel!.length; at += 71) {
    const row = rowOf.get(`${features.channel![at]} ${features.event_number![at]}`)!;
    const dense = new Float64Array(529);
    (features.cells![at] as number[]).forEach((cell, index) => {
      dense[cell] = (features.values![at] as number[])[index]!;
    });
    const expected = score(dense);
    for (const name of ['error', 'error_normalised'] as const) {
      const found = columnOf(name)[row]!;
      assert.ok(
        Math.abs(found / expected[name] - 1) < 1e-5,
        `${name} of row ${at}: ${found}, not ${expected[name]}`,
      );
    }
    assert.ok(Math.abs(columnOf('error_abs')[row]! - expected.error_abs) < 1e-5);
    for (const name of ['weight', 'met', 'mll']) assert.equal(features[name]![at], scores[name]![row]);
    compared += 1;
  }
  assert.ok(compared > 60, `${compared} events`);
});

test('score with the finished model gives the scores of the run, bit for bit', async () => {
  const again = join(folder, 'again');
  const inputs = ['mc/zee', 'mc/zprime2000_mumu', 'data/periodA'].map(sampleFile);
  const args = ['score', '--model', join(out, 'model'), '--input', ...inputs, '--output', again];
  await runWell(args);
  const scored = await readTables(join(again, 'scores'));
  const rowOf = new Map<string, number>();
  for (let row = 0; row < rows(); row += 1) rowOf.set(`${scores.sample![row]} ${scores.entry![row]}`, row);
  const wanted = ['zee', 'zprime2000_mumu', 'periodA'];
  assert.equal(
    scored.entry!.length,
    wanted.reduce((sum, name) => sum + report.samples[name]!.selected, 0),
  );
  const same = contract
    .map(([name]) => name)
    .filter((name) => !['kind', 'split', 'megaset', 'file'].includes(name));
  for (let at = 0; at < scored.entry!.length; at += 1) {
    const row = rowOf.get(`${scored.sample![at]} ${scored.entry![at]}`)!;
    for (const name of same) assert.equal(scored[name]![at], scores[name]![row], name);
  }
  const repeated = await runWell(args);
  assert.match(repeated.stdout, /nothing to do, finished before/);
});

/** Weighted area under the curve, ties half, as the definition has it: no curve, no hull. */
function area(signal: [number, number][], background: [number, number][]): number {
  const sorted = [...background].sort((a, b) => a[0] - b[0]);
  let below = 0;
  let at = 0;
  let sum = 0;
  const total = (events: [number, number][]) => events.reduce((all, [, weight]) => all + weight, 0);
  for (const [value, weight] of [...signal].sort((a, b) => a[0] - b[0])) {
    for (; at < sorted.length && sorted[at]![0] < value; at += 1) below += sorted[at]![1];
    let tied = 0;
    for (let next = at; next < sorted.length && sorted[next]![0] === value; next += 1)
      tied += sorted[next]![1];
    sum += weight * (below + tied / 2);
  }
  return sum / total(signal) / total(background);
}

test('run.json: the areas under the curve are those of the score files', () => {
  const pick = (name: string, of: (row: number) => boolean): [number, number][] => {
    const found: [number, number][] = [];
    for (let row = 0; row < rows(); row += 1) {
      if (!of(row)) continue;
      const value =
        name === 'ht_plus_met'
          ? Math.fround(columnOf('ht')[row]! + columnOf('met')[row]!)
          : columnOf(name)[row]!;
      found.push([value, columnOf('weight')[row]!]);
    }
    return found;
  };
  const signals = Object.entries(report.evaluation.signals);
  assert.equal(signals.length, 3);
  for (const [sample, entry] of signals) {
    for (const name of ['met', 'ht_plus_met', 'error', 'error_normalised', 'error_abs']) {
      const signal = pick(name, (row) => scores.sample![row] === sample);
      const background = pick(name, (row) => scores.split![row] === 'test');
      assert.equal(signal.length, entry.events);
      assert.equal(background.length, report.evaluation.background.events);
      // A few negative weights: the monotone hull moves the area a little.
      const expected = area(signal, background);
      const found = entry.separation[name]!.auc.value;
      assert.ok(Math.abs(found - expected) < 2e-3, `${sample} ${name}: ${found}, not ${expected}`);
    }
  }
});

test('heavy signals stand out, and training makes the losses fall', () => {
  // Seed 1 of the sample's configuration gave 0.998 and 0.991 (error), 0.998 and 0.993 (error_normalised).
  for (const signal of ['zprime2000_mumu', 'c1n2_wz_800_50']) {
    const { separation } = report.evaluation.signals[signal]!;
    for (const name of ['error', 'error_normalised'])
      assert.ok(separation[name]!.auc.value > 0.98, `${signal} ${name}`);
    assert.match(printed, new RegExp(`${signal} .*${separation.error!.auc.value.toFixed(4)}`));
  }
  const { epochs } = report.training;
  assert.equal(epochs.length, 20);
  assert.ok(epochs.at(-1)!.validationLoss < 0.8 * epochs[0]!.validationLoss);
  assert.ok(epochs.at(-1)!.loss < 0.9 * epochs[0]!.loss);
});

test('run.json and cutflow.json add up', () => {
  const { read, selected, rejected } = report.events;
  const lost = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  assert.equal(read, selected + lost, 'every event that was read was selected, rejected or a dead letter');
  const samplesFound = Object.entries(cutflow.samples);
  assert.deepEqual(
    samplesFound.map(([name]) => name),
    Object.keys(report.samples),
  );
  assert.equal(
    samplesFound.reduce((sum, [, { entries }]) => sum + entries, 0),
    read,
  );
  for (const [name, { cuts, entries }] of samplesFound) {
    const own = Array.from({ length: rows() }, (_, row) => row).filter((row) => scores.sample![row] === name);
    assert.equal(cuts[0]!.cut, 'all');
    assert.equal(cuts[0]!.raw, entries);
    assert.equal(cuts.at(-1)!.raw, own.length);
    const weighted = own.reduce((sum, row) => sum + columnOf('weight')[row]!, 0);
    assert.ok(Math.abs(cuts.at(-1)!.weighted - weighted) <= 1e-9 * Math.abs(weighted), name);
  }
  assert.equal(report.model, scores.model_version![0]);
  assert.equal(report.scaler.id, scores.scaler_version![0]);
  // Nothing that differs from machine to machine or from day to day, beside the timing.
  const { timing, ...rest } = report;
  assert.ok(timing.seconds > 0);
  const text = JSON.stringify(rest) + JSON.stringify(cutflow);
  for (const word of [folder, samples, String(new Date().getFullYear()), 'hostname'])
    assert.ok(!text.includes(`"${word}`));
});
