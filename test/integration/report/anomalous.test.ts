import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Config } from '../../../lib/config/index.js';
import { topEvents } from '../../../services/report/events-top.js';
import type { FigureBlock, Section, TableBlock } from '../../../services/report/section.js';
import { cellsSection } from '../../../services/report/sections/cells.js';
import { eventsSection } from '../../../services/report/sections/events.js';
import { inFolder } from '../../support/cli.js';
import { withReport } from '../../support/report-context.js';
import { quick, runWell, samples, shipped, writeConfig } from '../../support/small-run.js';
import { type PlainTable, readTables } from '../../support/tables.js';

const list = [
  shipped('mc/zee', 'background'),
  shipped('mc/ttbar', 'background'),
  shipped('mc/zprime2000_mumu', 'signal'),
  { ...shipped('data/periodA', 'data'), luminosity_fb: 0.001 },
];
const scores = [
  'error',
  'error_normalised',
  'error_abs',
  { type: 'knn', neighbours: 5, reference_events: 500 },
];

const root = mkdtempSync(join(tmpdir(), 'rmmstream-anomalous-'));
const out = join(root, 'out');
let table: PlainTable = {};

before(async () => {
  // Relative names, as people write them: the folder is in no output.
  const relative = list.map((sample) => ({
    ...sample,
    files: sample.files.map((file) => file.slice(samples.length + 1)),
  }));
  cpSync(samples, join(root, 'inputs'), { recursive: true });
  const config = writeConfig(join(root, 'inputs'), relative, { ...quick, scores });
  await runWell(['run', config, '--output', out]);
  table = await readTables(join(out, 'scores'));
});
after(() => rmSync(root, { recursive: true, force: true }));

const inputs = () => join(root, 'inputs');
type Settings = Partial<Config['report']>;
const cellsOf = (directory: string, settings: Settings = {}) =>
  withReport([directory], cellsSection, settings) as Promise<Section>;
const eventsOf = (directory: string, settings: Settings = {}, folder: string | undefined = inputs()) =>
  withReport([directory], eventsSection, settings, folder) as Promise<Section>;
const textOf = ({ blocks }: Section) =>
  blocks.map((block) => (block.kind === 'text' ? block.text : '')).join('\n');
const figuresOf = ({ blocks }: Section) =>
  blocks.filter((block): block is FigureBlock => block.kind === 'figure');
const tableOf = ({ blocks }: Section) => blocks.find((block): block is TableBlock => block.kind === 'table')!;

/** Rows of the score files that a report shows, as numbers. */
function shownRows(kind: string): number[] {
  return [...table.entry!.keys()].filter(
    (row) => table.kind![row] === kind && (kind !== 'background' || table.split![row] === 'test'),
  );
}

interface CellsData {
  readonly columns: readonly string[];
  readonly regions: readonly {
    readonly region: string;
    readonly process: string;
    readonly events: number;
    readonly drawn: number;
    readonly mean: number;
    readonly cells: readonly number[];
  }[];
}

function weightedMean(rows: readonly number[], value: (row: number) => number): number {
  const weight = (row: number) => Math.abs(table.weight![row] as number);
  return (
    rows.reduce((sum, row) => sum + weight(row) * value(row), 0) /
    rows.reduce((sum, row) => sum + weight(row), 0)
  );
}

test('the cells of a region add up to the mean of its scores, for each score of the network', async () => {
  for (const score of ['error', 'error_normalised', 'error_abs'] as const) {
    const section = await cellsOf(out, { score, background_efficiencies: [0.1] });
    const { regions, columns } = section.data as CellsData;
    assert.equal(columns.length, 529);
    for (const kind of ['background', 'data', 'signal']) {
      const process = kind === 'signal' ? 'signal-zprime2000_mumu' : kind;
      const all = regions.find((one) => one.region === 'all' && one.process === process)!;
      const rows = shownRows(kind);
      assert.equal(all.events, rows.length);
      assert.equal(all.drawn, rows.length);
      const value = (row: number) => table[score]![row] as number;
      const expected = weightedMean(rows, score === 'error_abs' ? (row) => Math.exp(value(row)) : value);
      assert.ok(
        Math.abs(all.mean / expected - 1) < 1e-5,
        `${score} ${process}: ${all.mean}, not ${expected}`,
      );
      const sum = all.cells.reduce((one, other) => one + other, 0);
      assert.ok(Math.abs(sum / all.mean - 1) < 1e-4);
      const tight = regions.find((one) => one.region === 'background-0.1' && one.process === process)!;
      assert.ok(
        kind === 'signal' || (tight.events < all.events && tight.mean > all.mean),
        `${process}: the region has larger scores`,
      );
    }
  }
});

test('a region of many events is shown by so many of them, the same every time and others with another seed', async () => {
  const section = await cellsOf(out, { sample_events: 100 });
  const { regions } = section.data as CellsData;
  for (const { events, drawn } of regions) assert.equal(drawn, Math.min(events, 100));
  const all = (one: Section) => (one.data as CellsData).regions.find(({ region }) => region === 'all')!;
  const whole = all(await cellsOf(out));
  assert.ok(all(section).events > 900);
  assert.ok(Math.abs(all(section).mean / whole.mean - 1) < 0.8, 'a sample of the same events');
  assert.notEqual(all(section).mean, whole.mean);
  assert.deepEqual((await cellsOf(out, { sample_events: 100 })).data, section.data);
  assert.notEqual(all(await cellsOf(out, { sample_events: 100, seed: 2 })).mean, all(section).mean);
});

test('there are pictures of background, data and each signal, and a list with words', async () => {
  const section = await cellsOf(out);
  const ids = figuresOf(section).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const process of ['background', 'data']) assert.ok(ids.includes(`cells-all-${process}`));
  assert.equal(ids.filter((id) => id.includes('signal-zprime2000_mumu')).length, 1);
  const rows = tableOf(section).rows.filter((row) => row[0] === 'all events' && row[1] === 'background');
  assert.equal(rows.length, 10);
  const adds = rows.map((row) => row[4] as number);
  assert.deepEqual(
    adds,
    [...adds].sort((a, b) => b - a),
  );
  assert.deepEqual(
    rows.map((row) => row[6]),
    adds,
  );
});

test('features under other names, as the other engine writes them, are found by file and entry', () =>
  inFolder(async (folder) => {
    const copy = join(folder, 'out');
    cpSync(out, copy, { recursive: true });
    const features = join(copy, 'features');
    for (const [index, name] of readdirSync(features).sort().entries())
      renameSync(join(features, name), join(features, `features-run.p000${9 - index}.arrow`));
    assert.deepEqual((await cellsOf(copy)).data, (await cellsOf(out)).data);
    assert.deepEqual((await eventsOf(copy)).data, (await eventsOf(out)).data);
  }));

test('features of another file under the name of a score file are refused', () =>
  inFolder(async (folder) => {
    const copy = join(folder, 'out');
    cpSync(out, copy, { recursive: true });
    const path = (sample: string) =>
      join(copy, 'features', readdirSync(join(copy, 'features')).find((name) => name.startsWith(sample))!);
    cpSync(path('ttbar'), path('zee'));
    await assert.rejects(cellsOf(copy), { code: 'arrow_batch_corrupt', message: /zee.*run again/ });
  }));

test('without features, model or a score of a network the sections say what is missing', () =>
  inFolder(async (folder) => {
    assert.match(textOf(await cellsOf(out, { score: 'knn' })), /`knn` is no error of one network/);
    const neighbours = await eventsOf(out, { score: 'knn', top_events: 2 });
    assert.match(textOf(neighbours), /No strongest cells are named: `knn`/);
    assert.ok(figuresOf(neighbours).some(({ id }) => id.endsWith('-matrix')));
    const copy = join(folder, 'out');
    cpSync(out, copy, { recursive: true });
    renameSync(join(copy, 'model'), join(copy, 'gone'));
    assert.match(textOf(await cellsOf(copy)), /holds no model\//);
    rmSync(join(copy, 'features'), { recursive: true });
    assert.match(textOf(await cellsOf(copy)), /has no features\//);
    const events = await eventsOf(copy, { top_events: 2 });
    assert.match(textOf(events), /No matrices are shown: .*has no features\//);
    assert.ok(!figuresOf(events).some(({ id }) => id.endsWith('-matrix')));
    assert.ok(figuresOf(events).length > 0, 'displays do not need features');
  }));

interface EventData {
  readonly process: string;
  readonly rank: number;
  readonly entry: number;
  readonly event: string;
  readonly score: number;
  readonly background_above: number;
  readonly met: number;
  readonly met_phi: number;
  readonly ht: number;
  readonly jets: number;
  readonly leptons: number;
  readonly objects: readonly { readonly type: string; readonly pt: number }[];
  readonly strongest_cells: readonly {
    readonly cell: string;
    readonly adds: number;
    readonly share: number;
  }[];
}

const eventsIn = (section: Section) => (section.data as { events: EventData[] }).events;

test('the top events are those with the largest score, of data, background and each signal', async () => {
  const events = eventsIn(await eventsOf(out, { top_events: 5 }));
  assert.deepEqual(
    events.map(({ process, rank }) => `${process} ${rank}`),
    [
      ...[1, 2, 3, 4, 5].map((rank) => `data ${rank}`),
      ...[1, 2, 3, 4, 5].map((rank) => `background ${rank}`),
      'signal-zprime2000_mumu 1',
    ],
  );
  const background = shownRows('background');
  const score = (row: number) => table.error![row] as number;
  const weight = (row: number) => Math.abs(table.weight![row] as number);
  const total = background.reduce((sum, row) => sum + weight(row), 0);
  for (const kind of ['data', 'background', 'signal']) {
    const rows = shownRows(kind).sort((a, b) => score(b) - score(a));
    for (const found of events.filter(({ process }) => process.startsWith(kind))) {
      const row = rows[found.rank - 1]!;
      assert.equal(found.score, score(row));
      assert.equal(found.event, String(table.event_number![row]));
      const above = background
        .filter((one) => score(one) > found.score)
        .reduce((sum, one) => sum + weight(one), 0);
      assert.ok(Math.abs(found.background_above - above / total) < 1e-9);
      const adds = found.strongest_cells.map((cell) => cell.adds);
      assert.equal(adds.length, 3);
      assert.ok(adds[0]! >= adds[1]! && adds[1]! >= adds[2]! && adds[0]! <= found.score * (1 + 1e-5));
    }
  }
});

test('as many events are shown as are asked for, and each has the share of the background above it', async () => {
  const background = shownRows('background');
  const value = (row: number) => table.error![row] as number;
  const weight = (row: number) => Math.abs(table.weight![row] as number);
  const all = background.reduce((sum, row) => sum + weight(row), 0);
  // Scores are float32, of which many have no short decimal number: each of them is a bound once.
  for (let most = 1; most <= 40; most += 1) {
    const events = await withReport([out], topEvents, { top_events: most });
    for (const kind of ['data', 'background'] as const) {
      const own = events.filter(({ process }) => process.kind === kind);
      const largest = shownRows(kind)
        .map(value)
        .sort((a, b) => b - a);
      assert.deepEqual(
        own.map(({ score }) => score),
        largest.slice(0, most),
      );
    }
    assert.equal(events.filter(({ process }) => process.kind === 'signal').length, 1);
    if (most < 40) continue;
    for (const { score, backgroundAbove } of events) {
      const above = background.filter((row) => value(row) > score).reduce((sum, row) => sum + weight(row), 0);
      assert.ok(Math.abs(backgroundAbove! - above / all) < 1e-8, `${score}: ${backgroundAbove}`);
    }
  }
});

test('objects in the displays are those that the row was made from', async () => {
  const events = eventsIn(await eventsOf(out, { top_events: 12 }));
  const shown = events.filter(({ objects }) => objects !== undefined);
  // Of the background three where data are there.
  assert.equal(shown.length, 12 + 3 + 1);
  for (const { objects, leptons, jets, ht } of shown) {
    const isLepton = ({ type }: { readonly type: string }) => type === 'electron' || type === 'muon';
    assert.equal(objects.filter(isLepton).length, leptons);
    assert.equal(objects.length - leptons, jets);
    const sum = objects.reduce((all, { pt }) => all + pt, 0);
    assert.ok(Math.abs(sum / ht - 1) < 1e-6, `${sum} and ${ht}`);
  }
});

test('input files that are missing or others cost their displays, and no more', () =>
  inFolder(async (folder) => {
    const settings = { top_events: 2 };
    const gone = await eventsOf(out, settings, join(folder, 'nowhere'));
    assert.match(
      textOf(gone),
      /No display of data 1, data 2: data\/periodA.root is not found; say with --inputs/,
    );
    assert.ok(figuresOf(gone).every(({ id }) => id.endsWith('-matrix')));
    assert.ok(figuresOf(gone).length > 0);
    cpSync(inputs(), folder, { recursive: true });
    cpSync(join(folder, 'mc', 'ttbar.root'), join(folder, 'data', 'periodA.root'));
    const other = await eventsOf(out, settings, folder);
    assert.match(textOf(other), /data\/periodA.root is another file than the run has read/);
    assert.ok(figuresOf(other).some(({ id }) => id === 'event-signal-zprime2000_mumu-1'));
    assert.deepEqual(tableOf(other).rows, tableOf(gone).rows);
  }));

test('no events are shown where none are asked for', async () => {
  assert.equal(await eventsOf(out, { top_events: 0 }), undefined);
});

test('columns of a table are shown as bars, and a run that kept no features says so', () =>
  inFolder(async (folder) => {
    const config = writeConfig(folder, list.slice(0, 3), {
      ...quick,
      features: { type: 'report35', min_filled: 20 },
    });
    const kept = join(folder, 'kept');
    await runWell(['run', config, '--output', kept]);
    const section = await cellsOf(kept);
    const [figure] = figuresOf(section);
    assert.match(figure!.svg, />lep1_pt</);
    assert.equal((section.data as CellsData).columns.length, 35);
    const events = await eventsOf(kept);
    assert.ok(figuresOf(events).every(({ id }) => !id.endsWith('-matrix')));
    const without = writeConfig(
      folder,
      list.slice(0, 3),
      { ...quick, output: { keep_features: false } },
      'b.yaml',
    );
    const dropped = join(folder, 'dropped');
    await runWell(['run', without, '--output', dropped]);
    assert.match(textOf(await cellsOf(dropped)), /ran with `output.keep_features: false`/);
  }));
