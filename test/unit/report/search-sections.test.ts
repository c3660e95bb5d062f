import assert from 'node:assert/strict';
import test from 'node:test';
import { type Config, isPositiveScore } from '../../../lib/config/index.js';
import { emptyHistogram, histogramOf, integral } from '../../../lib/statistics/histogram.js';
import { regularAxis } from '../../../lib/statistics/histogram-axis.js';
import { isDefined } from '../../../lib/statistics/measured.js';
import { SameBackground } from '../../../lib/statistics/same-background.js';
import { displayBins, rebinned, withOverflow } from '../../../services/report/display-bins.js';
import { distributionFigures, shapeFigures } from '../../../services/report/error-figures.js';
import { sampleStyles } from '../../../services/report/figures/processes.js';
import { stackedSvg } from '../../../services/report/figures/stacked.js';
import { layersOf } from '../../../services/report/layers.js';
import { type Channel, pyhfWorkspace } from '../../../services/report/pyhf-workspace.js';
import type { Region } from '../../../services/report/regions.js';
import { blocksHtml } from '../../../services/report/render/html-blocks.js';
import type { ReportSample } from '../../../services/report/samples.js';
import { channelsOf, slicesOf } from '../../../services/report/workspace-channels.js';

const axis = regularAxis(0, 100, 100);

function filled(values: number[], weights: number[] = values.map(() => 1)) {
  return histogramOf(axis, Float64Array.from(values), Float64Array.from(weights));
}

test('drawn bins reach as far as the content, and lose none of it', () => {
  const histogram = filled([...Array.from({ length: 2000 }, (_, i) => (i % 300) / 10), 150, -3]);
  const bins = displayBins(histogram, 40);
  assert.deepEqual(bins, { factor: 1, bins: 30 });
  assert.deepEqual(displayBins(histogram, 20), { factor: 2, bins: 15 });
  const coarse = rebinned(histogram, { factor: 4, bins: 5 });
  assert.equal(coarse.axis.edges[5], 20);
  assert.deepEqual(integral(coarse), integral(histogram));
  assert.equal(coarse.counts[0], 1);
  assert.equal(withOverflow(coarse).counts[5], coarse.counts[5]! + coarse.counts[6]!);
  // Content above all bins: every bin is drawn.
  assert.equal(displayBins(filled([500]), 40).factor * displayBins(filled([500]), 40).bins, 100);
  assert.equal(displayBins(emptyHistogram(axis), 40).bins, 10);
});

test('a cut at the same background says why there is none', () => {
  const cut = new SameBackground(filled([10, 90]), filled([20, 50, 50.5, 500], [1, 2, -3, 4]));
  const all = cut.at(4);
  assert.ok(isDefined(all));
  // The overflow has no upper edge, so a part of it is above its lower one.
  assert.equal(all.threshold, 100);
  assert.equal(all.background, 4);
  // Below, a negative weight takes the sum down to 3: the highest threshold that keeps 4 is meant.
  assert.equal(all.signal, 0);
  assert.ok(!isDefined(cut.at(0)));
  assert.ok(!isDefined(cut.at(Number.NaN)));
  assert.ok(!isDefined(cut.at(4.5)));
});

const region = (id: string, value: number): Region => ({
  id,
  label: id,
  threshold: { value },
  where: 'true',
});

test('channels are disjoint, and those without background are left out', () => {
  const slices = slicesOf([
    region('median-1', 0.5),
    region('background-0.01', 3),
    region('background-0.1', 1),
    region('background-0.001', 3),
    { id: 'background-0.2', label: '', threshold: { notDefined: 'why' }, where: undefined },
  ]);
  assert.deepEqual(slices, [
    { name: 'sr_0.1_to_0.01', above: 1, notAbove: 3 },
    { name: 'sr_0.01', above: 3, notAbove: undefined },
  ]);
  const samples: ReportSample[] = [
    { name: 'b', kind: 'background' },
    { name: 's', kind: 'signal' },
    { name: 'd', kind: 'data' },
  ];
  const content = (weight: number) =>
    new Map([
      ['b', filled([1], [weight])],
      ['d', filled([1, 2])],
    ]);
  const filledSlices = [
    { slice: slices[0]!, content: content(8) },
    { slice: slices[1]!, content: content(-8) },
  ];
  assert.deepEqual(channelsOf(filledSlices, samples, 's', 0.5), [
    {
      name: 'sr_0.1_to_0.01',
      background: [{ name: 'b', value: 4, error: 4 }],
      signal: { name: 's', value: 0, error: 0 },
      observed: 2,
    },
  ]);
  assert.equal(channelsOf(filledSlices, samples, 's', undefined)[0]!.observed, undefined);
});

test('a workspace without data observes its expectation, and large uncertainties stay positive', () => {
  const channel: Channel = {
    name: 'one',
    background: [
      { name: 'a', value: 3, error: 1 },
      { name: 'b', value: -2, error: 0.5 },
    ],
    signal: { name: 's', value: -1, error: 0 },
    observed: undefined,
  };
  const { channels, observations } = pyhfWorkspace('s', [channel], 1.5);
  assert.deepEqual(observations, [{ name: 'one', data: [3 + 1e-6] }]);
  const [signal, a, b] = channels[0]!.samples;
  assert.deepEqual(signal!.data, [1e-6]);
  assert.deepEqual(a!.modifiers[1]!.data, { hi: 2.5, lo: 0.4 });
  assert.deepEqual([b!.data, b!.modifiers[0]!.data], [[1e-6], [0.5]]);
  assert.equal(pyhfWorkspace('s', [channel], 0).channels[0]!.samples[1]!.modifiers.length, 1);
  assert.equal(pyhfWorkspace('s', [{ ...channel, observed: 0 }], 0).observations[0]!.data[0], 0);
});

test('logarithms are taken of scores that are positive by their making', () => {
  const scores = [
    { type: 'error' },
    { type: 'error_abs' },
    { type: 'knn', name: 'neighbours' },
    { type: 'rank_average', of: ['error', 'knn'] },
    { type: 'ensemble', of: ['error_abs'] },
    { type: 'ensemble', of: ['error_normalised'] },
  ] as unknown as Config['scores'];
  const answers = [
    'error',
    'error_abs',
    'neighbours',
    'rank_average',
    'ensemble_error_abs',
    'ensemble_error_normalised',
  ];
  assert.deepEqual(
    answers.map((column) => isPositiveScore({ scores }, column)),
    [true, false, true, false, false, true],
  );
});

test('figures of many samples share a layer, keep to the colours of the page and hold no NaN', () => {
  const samples: ReportSample[] = [
    ...Array.from({ length: 15 }, (_, i) => ({ name: `b${i}`, kind: 'background' as const })),
    ...Array.from({ length: 14 }, (_, i) => ({ name: `s${i}`, kind: 'signal' as const })),
    { name: 'left', kind: 'signal', leftOut: 'corrupt' },
    { name: 'd', kind: 'data' },
  ];
  const styles = sampleStyles(samples);
  assert.equal(
    new Set(
      samples.filter(({ kind }) => kind === 'signal').map(({ name }) => JSON.stringify(styles.get(name))),
    ).size,
    15,
  );
  const content = new Map(samples.map(({ name }, i) => [name, filled([i, 50, 50.5], [1, -2, i])]));
  const layers = layersOf(content, axis, { samples, scale: 1, withData: true, mostLines: 3, overflow: true });
  // Eleven with colours and one of all others.
  assert.equal(layers.stack.length, 12);
  assert.equal(
    layers.stack.find(({ label }) => label === 'other processes')!.values[50],
    11 + 12 + 13 + 14 - 4 * 2,
  );
  assert.equal(layers.lines.length, 3);
  const svg = stackedSvg({ id: 'f', xLabel: 'x <1>', yLabel: 'y', ...layers });
  assert.ok(!/NaN|Infinity|undefined/.test(svg));
  assert.doesNotMatch(svg, /(fill|stroke)="#/);
  const empty = layersOf(new Map(), axis, { samples, scale: 1, withData: true, overflow: true });
  assert.equal(empty.data, undefined);
  assert.ok(!/NaN|Infinity/.test(stackedSvg({ id: 'e', xLabel: 'x', yLabel: 'y', ...empty })));
});

test('a file of a section is linked by the page', () => {
  const block = {
    kind: 'file' as const,
    path: 'workspaces/a+b.json',
    content: '{}',
    caption: 'Of `a+b` & c',
  };
  assert.equal(
    blocksHtml([block], new Map()),
    '<p><a href="workspaces/a+b.json">workspaces/a+b.json</a>: Of <code>a+b</code> &amp; c</p>',
  );
});

test('of many signals the largest stand over the stack, and shapes are in figures of six at most', () => {
  const samples: ReportSample[] = [
    { name: 'b', kind: 'background' },
    ...Array.from({ length: 8 }, (_, i) => ({ name: `s${i}`, kind: 'signal' as const })),
  ];
  const found = new Map(samples.map(({ name }, i) => [name, filled([20, 50], [i + 1, 1])]));
  const context = {
    samples,
    dataScale: undefined,
    first: { config: { luminosity_fb: 10 } },
    regions: { all: [] },
    score: 'error',
  } as unknown as Parameters<typeof shapeFigures>[0];
  const quantity = {
    column: 'error',
    label: 'log10(error)',
    axis,
    isLogarithmic: true,
  } as unknown as Parameters<typeof shapeFigures>[1];
  const named = (svg: string) => samples.map(({ name }) => name).filter((name) => svg.includes(`>${name}<`));
  const [stack] = distributionFigures(context, quantity, found);
  assert.deepEqual(named(stack!.svg), ['b', 's2', 's3', 's4', 's5', 's6', 's7']);
  const shapes = shapeFigures(context, quantity, found);
  assert.deepEqual(
    shapes.map(({ svg }) => named(svg)),
    [
      ['s0', 's1', 's2', 's3', 's4', 's5'],
      ['s6', 's7'],
    ],
  );
  assert.equal(new Set(shapes.map(({ id }) => id)).size, 2);
  assert.ok(shapes.every(({ svg }) => svg.includes('>all background<') && !svg.includes('NaN')));
  assert.match(shapes[1]!.caption, /`s6`, `s7`/);
});
