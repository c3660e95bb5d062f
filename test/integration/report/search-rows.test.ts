import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { ReportContext } from '../../../services/report/context.js';
import { openRuns } from '../../../services/report/open-runs.js';
import { drawnPart } from '../../../services/report/roc-figure.js';
import type { ReportSample } from '../../../services/report/samples.js';
import type { Section, TableBlock } from '../../../services/report/section.js';
import { yieldsOf, yieldVerdict } from '../../../services/report/sections/agreement.js';
import { bumpSection } from '../../../services/report/sections/bump.js';
import { neededStrengthSection } from '../../../services/report/sections/needed-strength.js';
import { regionsSection } from '../../../services/report/sections/regions.js';
import { rocSection } from '../../../services/report/sections/roc.js';
import { inFolder } from '../../support/cli.js';
import { type ContextParts, reportContext } from '../../support/report-context.js';

const kinds: ReportSample[] = [
  ...['zjets', 'top', 'rare'].map((name) => ({ name, kind: 'background' as const })),
  ...['heavy', 'soft'].map((name) => ({ name, kind: 'signal' as const })),
  { name: 'broken', kind: 'signal', leftOut: 'corrupt' },
  { name: 'data', kind: 'data', luminosityFb: 0.5 },
];

/** Sections of the rows of the golden report. */
async function withRows<Result>(
  use: (context: ReportContext) => Promise<Result>,
  parts: Partial<ContextParts> = {},
): Promise<Result> {
  const files = [join(packageRoot, 'test', 'golden', 'report', 'positive.parquet')];
  const context = await reportContext({ files, samples: kinds, dataScale: 0.05, ...parts });
  try {
    return await use(context);
  } finally {
    context.table.close();
  }
}

function tableOf(section: Section | undefined, id: string): TableBlock {
  const found = section?.blocks.find((block) => block.kind === 'table' && block.id === id);
  assert.ok(found?.kind === 'table', id);
  return found;
}

/** A run.json that says 0.25 of everything. */
function evaluated(context: ReportContext): ReportContext {
  const separation = { auc: { value: 0.25 }, auc_within_bins: { value: 0.25 }, signal_efficiency: {} };
  const scores = Object.fromEntries(['met', 'ht_plus_met', 'error', 'knn'].map((name) => [name, separation]));
  const signals = Object.fromEntries(['heavy', 'soft'].map((name) => [name, { separation: scores }]));
  const first = { ...context.first, record: { ...context.first.record, evaluation: { signals } } };
  return { ...context, first, runs: { joined: [first], compared: [] } } as unknown as ReportContext;
}

test('areas of run.json are taken where its background is that of the report, and not where a sample is left out', async () => {
  const areaOf = async (context: ReportContext) => {
    const { data } = (await rocSection(evaluated(context)))!;
    const { signals } = data as {
      signals: Record<string, { separation: Record<string, { auc: { value: number } }> }>;
    };
    return signals.heavy!.separation.error!.auc.value;
  };
  assert.equal(await withRows(areaOf), 0.25);
  const samples = kinds.map((one) => (one.name === 'rare' ? { ...one, leftOut: 'corrupt' } : one));
  const found = await withRows(areaOf, { samples });
  assert.ok(found > 0.5, String(found));
});

test('curves are drawn from where their logarithmic axis begins', () => {
  const curve = {
    background: Float64Array.of(0, 0, 0.0002, 0.5, 1),
    signal: Float64Array.of(0, 0.2, 0.4, 0.9, 1),
  };
  const [first, ...rest] = drawnPart(curve);
  assert.equal(first!.x, 1e-4);
  assert.ok(Math.abs(first!.y - 0.3) < 1e-12);
  assert.deepEqual(rest, [
    { x: 0.0002, y: 0.4 },
    { x: 0.5, y: 0.9 },
    { x: 1, y: 1 },
  ]);
});

test('data without simulation have no ratio to it, and the verdict says so', () => {
  const variable = (sums: number[], squares: number[]) =>
    ({
      data: [Float64Array.of(3, 4)],
      simulation: { sums: Float64Array.from(sums), squares: Float64Array.from(squares) },
    }) as unknown as Parameters<typeof yieldsOf>[0]['variables'][number];
  for (const sums of [
    [0, 0],
    [1, -2],
  ]) {
    const yields = yieldsOf({ variables: [variable(sums, [1, 4])] }, 2);
    assert.ok('notDefined' in yields.ratio && 'notDefined' in yields.pull);
    const { level, text } = yieldVerdict(yields);
    assert.equal(level, 'notice');
    assert.match(text, /^7 events of data.*not defined: simulation adds up to/);
  }
  assert.deepEqual(yieldsOf({ variables: [variable([2, 5], [1, 4])] }, 0.5).ratio, { value: 2 });
});

test('scores that `rmmstream score` made are no run', async () => {
  await inFolder(async (folder) => {
    const scored = join(folder, 'scored');
    mkdirSync(join(scored, 'scores'), { recursive: true });
    writeFileSync(join(scored, 'run.json'), JSON.stringify({ model: 'one', inputs: [] }));
    assert.throws(
      () => openRuns([scored], ['scored']),
      (error: unknown) => {
        const { code, message } = error as { code: string; message: string };
        return code === 'not_a_run' && /scored holds scores of `rmmstream score`.*--extend/.test(message);
      },
    );
  });
});

test('a mass whose search would begin above the centre-of-mass energy says so', async () => {
  await withRows(
    async (context) => {
      const first = { ...context.first, config: { ...context.first.config, features: { sqrt_s_gev: 150 } } };
      const section = (await bumpSection({ ...context, first } as unknown as ReportContext))!;
      const texts = section.blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []));
      assert.ok(texts.some((text) => /^mlll is not searched: .* 200 GeV .* 150 GeV/.test(text)));
      const { spectra } = section.data as { spectra: { observable: string }[] };
      assert.deepEqual([...new Set(spectra.map(({ observable }) => observable))], ['mll']);
    },
    {
      settings: {
        bump_toys: 5,
        bump_p_max: 0.5,
        bump_mll_from: 110,
        bump_mlll_from: 200,
        bump_mass_to: 6000,
        bump_bin_width: 0.05,
      },
    },
  );
});

test('the best region of a needed strength keeps simulated background events enough', async () => {
  const bestWith = (rows: number) =>
    withRows(
      async (context) => {
        const section = await neededStrengthSection(context);
        const { signals } = section!.data as {
          signals: { signal: string; regions: { region: string; background_rows: number }[] }[];
        };
        const cells = tableOf(section, 'needed-strength').rows.find(([name]) => name === 'heavy')!;
        return { best: cells.at(-1), regions: signals.find(({ signal }) => signal === 'heavy')!.regions };
      },
      { settings: { min_background_rows: rows } },
    );
  const { best, regions } = await bestWith(1);
  assert.equal(best, '1 % of background');
  const [tight, wider] = [regions.at(-1)!, regions.at(-2)!];
  assert.ok(tight.background_rows < wider.background_rows);
  assert.notEqual((await bestWith(tight.background_rows + 1)).best, best);
  assert.match(JSON.stringify((await bestWith(1_000_000)).best), /notDefined.*1000000 background rows/);
});

test('the interval of a share of weight is that of the rows where each row weighs 1', async () => {
  const { rows } = tableOf(await withRows(regionsSection), 'region-efficiencies');
  const ofData = rows.filter(([name]) => name === 'data');
  assert.ok(ofData.length > 3);
  for (const [, , share, low, high, inside, all, shareOfRows, rowsLow, rowsHigh] of ofData) {
    assert.deepEqual([share, low, high], [{ value: shareOfRows }, rowsLow, rowsHigh]);
    assert.equal((inside as number) / (all as number), shareOfRows);
  }
  // Weights make an interval wider than as many rows would.
  const [, , , low, high, , , , rowsLow, rowsHigh] = rows.find(([name]) => name === 'all background')!;
  assert.ok((high as number) - (low as number) > (rowsHigh as number) - (rowsLow as number));
});
