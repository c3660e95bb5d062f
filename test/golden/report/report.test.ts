import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { Ajv } from 'ajv';
import { packageRoot } from '../../../lib/base/package-root.js';
import { isDefined, type Measured } from '../../../lib/statistics/measured.js';
import { areaUnderCurve } from '../../../lib/statistics/roc.js';
import type { ReportContext } from '../../../services/report/context.js';
import type { WithError } from '../../../services/report/measured-cell.js';
import type { NumberColumns } from '../../../services/report/number-columns.js';
import type { Workspace } from '../../../services/report/pyhf-workspace.js';
import { met } from '../../../services/report/quantities.js';
import { regionHistograms } from '../../../services/report/region-histograms.js';
import type { ReportSample } from '../../../services/report/samples.js';
import { binningError, scoreCurves } from '../../../services/report/score-curves.js';
import type { FileBlock } from '../../../services/report/section.js';
import { regionsSection } from '../../../services/report/sections/regions.js';
import { rocSection } from '../../../services/report/sections/roc.js';
import { significanceSection } from '../../../services/report/sections/significance.js';
import { workspaceSection } from '../../../services/report/sections/workspace.js';
import type { SampleYields } from '../../../services/report/yields.js';
import { reportContext } from '../../support/report-context.js';

interface Alone {
  readonly signal: number;
  readonly forms: [number, number, number] | null;
}

/** What make-report.py writes; null is what is not defined. */
interface Golden {
  readonly median: number;
  readonly regions: { readonly id: string; readonly threshold: number }[];
  readonly yields: Record<string, Record<string, { value: number; error: number; rows: number }>>;
  readonly met_of_top: { readonly sums: number[]; readonly squares: number[] };
  readonly significance: Record<
    string,
    Record<
      string,
      {
        readonly threshold: number;
        readonly signal: number;
        readonly background: number;
        readonly background_rows: number;
        readonly forms: [number, number, number] | null;
        readonly met_alone: Alone | null;
        readonly ht_plus_met_alone: Alone | null;
      }[]
    >
  >;
  readonly separation: Record<
    'signed' | 'positive',
    Record<string, Record<string, { auc: number; error: number; rejection: (number | null)[] }>>
  >;
  readonly workspaces: Record<string, Workspace>;
  readonly upper_limits: Record<string, { observed: number; expected: number }>;
}

const folder = join(packageRoot, 'test', 'golden', 'report');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
const golden = read('report.json') as Golden;
const samples: readonly ReportSample[] = [
  ...['zjets', 'top', 'rare'].map((name) => ({ name, kind: 'background' as const })),
  ...['heavy', 'soft'].map((name) => ({ name, kind: 'signal' as const })),
  { name: 'broken', kind: 'signal', leftOut: 'too many corrupt weights' },
  { name: 'data', kind: 'data', luminosityFb: 0.5 },
];
const contexts: Record<string, ReportContext> = {};

before(async () => {
  for (const name of ['signed', 'positive'])
    contexts[name] = await reportContext({
      files: [join(folder, `${name}.parquet`)],
      samples,
      dataScale: 0.05,
    });
});

after(() => {
  for (const { table } of Object.values(contexts)) table.close();
});

/** Equal to 1e-9, relative to the larger of the number and `scale`. */
function near(found: number, expected: number, what: string, scale = 0): void {
  const tolerance = 1e-9 * Math.max(Math.abs(expected), scale, 1e-300);
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, not ${expected}`);
}

function value(found: Measured | WithError, what: string): number {
  assert.ok(isDefined(found as Measured), `${what} is not defined: ${JSON.stringify(found)}`);
  return (found as { value: number }).value;
}

test('regions have the thresholds and yields of numpy', async () => {
  const section = await regionsSection(contexts.signed!);
  const { median, regions, yields } = section!.data as {
    median: Measured;
    regions: { id: string; threshold: Measured }[];
    yields: SampleYields[];
  };
  near(value(median, 'median'), golden.median, 'median');
  assert.deepEqual(
    regions.map(({ id }) => id),
    golden.regions.map(({ id }) => id),
  );
  for (const [i, { id, threshold }] of regions.entries())
    near(value(threshold, id), golden.regions[i]!.threshold, id);
  assert.deepEqual(yields.map(({ name }) => name).sort(), Object.keys(golden.yields).sort());
  for (const { name, all, regions: inside } of yields) {
    const expected = golden.yields[name]!;
    for (const [region, found] of [
      ['all', all] as const,
      ...inside.map((r) => [r.region, r.yield] as const),
    ]) {
      const wanted = expected[region]!;
      assert.equal(found.rows, wanted.rows, `${name} ${region}`);
      near(found.value, wanted.value, `${name} ${region}`, wanted.error);
      near(found.error, wanted.error, `error of ${name} ${region}`);
    }
  }
  const left = section!.blocks.flatMap((block) => (block.kind === 'figure' ? [block.svg] : []));
  assert.ok(left.length > 0 && left.every((svg) => !svg.includes('NaN') && !svg.includes('broken')));
});

test('a histogram in a region is that of numpy, values on edges included', async () => {
  const { byRegion } = await regionHistograms(contexts.signed!, met.expression, met.axis);
  const { sums, squares } = byRegion.get('median-1')!.get('top')!;
  for (const [bin, sum] of golden.met_of_top.sums.entries()) near(sums[bin + 1]!, sum, `bin ${bin}`, 1);
  for (const [bin, square] of golden.met_of_top.squares.entries())
    near(squares[bin + 1]!, square, `bin ${bin}`, 1);
});

const forms = ['s_over_sqrt_b', 'asimov', 'asimov_with_uncertainty'];

function checkForms(
  of: (name: string) => number | null,
  expected: readonly number[] | null,
  what: string,
): void {
  for (const [i, form] of forms.entries()) {
    if (expected === null) assert.equal(of(form), null, what);
    else near(of(form)!, expected[i]!, `${what}, ${form}`);
  }
}

test('significances and those of simple cuts at the same background are those of mpmath and numpy', async () => {
  const { data } = (await significanceSection(contexts.signed!))!;
  const { signals } = data as {
    signals: Record<string, { regions: Record<string, NumberColumns> }>;
  };
  let compared = 0;
  for (const [signal, regions] of Object.entries(golden.significance)) {
    for (const [region, points] of Object.entries(regions)) {
      const found = signals[signal]!.regions[region]!;
      points.forEach((expected, i) => {
        const point = (name: string) => found.columns[name]![i]!;
        const what = `${signal}, ${region}, MET ${expected.threshold}`;
        assert.equal(point('threshold'), expected.threshold, what);
        assert.equal(point('background_rows'), expected.background_rows, what);
        near(point('signal'), expected.signal, what, 1);
        near(point('background'), expected.background, what, 1);
        checkForms(point, expected.forms, what);
        for (const key of ['met_alone', 'ht_plus_met_alone'] as const) {
          const alone = expected[key];
          assert.equal(point(`${key}_signal`) === null, alone === null, `${what}, ${key}`);
          if (alone === null) continue;
          near(point(`${key}_signal`), alone.signal, `${what}, ${key}`, 1);
          checkForms((form) => point(`${key}_${form}`), alone.forms, `${what}, ${key}`);
          compared++;
        }
      });
    }
  }
  assert.ok(compared > 100, `${compared} cuts compared`);
});

for (const weights of ['signed', 'positive'] as const) {
  test(`areas, their errors and rejections with ${weights} weights are those of numpy and scikit-learn`, async () => {
    const { data, blocks } = (await rocSection(contexts[weights]!))!;
    const { signals } = data as {
      signals: Record<
        string,
        {
          separation: Record<string, { auc: WithError }>;
          background_rejection: Record<string, Record<string, WithError>>;
        }
      >;
    };
    assert.deepEqual(Object.keys(signals), Object.keys(golden.separation[weights]));
    for (const [signal, scores] of Object.entries(golden.separation[weights])) {
      for (const [score, expected] of Object.entries(scores)) {
        const what = `${signal} ${score}`;
        const auc = signals[signal]!.separation[score]!.auc as { value: number; error: number };
        near(auc.value, expected.auc, what);
        near(auc.error, expected.error, `error of ${what}`);
        const rejections = signals[signal]!.background_rejection[score];
        // The second score has none: only the main one, MET and H_T + MET do.
        assert.equal(rejections === undefined, score === 'knn');
        if (rejections === undefined) continue;
        ['0.2', '0.5', '0.8'].forEach((share, i) => {
          const found = rejections[share]!;
          const wanted = expected.rejection[i] ?? null;
          if (wanted === null) assert.ok('notDefined' in found, `${what} at ${share}`);
          else near(value(found, what), wanted, `rejection of ${what} at ${share}`);
        });
      }
    }
    const areas = blocks.find((block) => block.kind === 'table' && block.id === 'auc');
    assert.ok(areas?.kind === 'table');
    assert.deepEqual(
      areas.columns.map(({ label }) => label),
      ['signal', 'MET', 'H_T + MET', 'error', 'knn'],
    );
  });
}

test('areas from bins are within the stated error of the exact ones', async () => {
  for (const expression of ['error', 'knn', 'met', '(ht + met)']) {
    const exact = await scoreCurves(contexts.positive!.table, expression);
    const inBins = await scoreCurves(contexts.positive!.table, expression, 0);
    assert.ok(exact.isExact && !inBins.isExact);
    for (const name of ['heavy', 'soft']) {
      const [is, was] = [inBins, exact].map((curves) =>
        value(areaUnderCurve(curves.signals.get(name)!.curve, curves.background.curve), name),
      ) as [number, number];
      const bound = binningError(inBins, inBins.signals.get(name)!);
      assert.ok(Math.abs(is - was) <= bound + 1e-12, `${expression} of ${name}: ${is}, ${was}, ${bound}`);
      assert.ok(bound < 0.02, `${expression} of ${name}: ${bound}`);
      assert.equal(binningError(exact, exact.signals.get(name)!), 0);
    }
  }
});

test("workspaces are those of which pyhf has made the golden upper limits, and fit pyhf's schema", async () => {
  const { blocks } = (await workspaceSection(contexts.signed!))!;
  const files = blocks.filter((block): block is FileBlock => block.kind === 'file');
  assert.deepEqual(
    files.map(({ path }) => path),
    ['workspaces/heavy.json', 'workspaces/soft.json'],
  );
  const schemas = ['defs.json', 'workspace.json'].map((name) => {
    // ajv knows draft 7, of which draft 6 is a part.
    const { $schema: _, ...schema } = read(join('pyhf-schema', name)) as Record<string, unknown>;
    return schema;
  });
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema(schemas[0]!);
  const isWorkspace = ajv.compile(schemas[1]!);
  for (const [signal, expected] of Object.entries(golden.workspaces)) {
    const content = JSON.parse(
      files.find(({ path }) => path.endsWith(`/${signal}.json`))!.content,
    ) as Workspace;
    assert.ok(isWorkspace(content), JSON.stringify(isWorkspace.errors));
    assert.ok(!isWorkspace({ ...content, version: '2.0.0' }), 'the schema refuses nothing');
    same(content, expected, signal);
    assert.ok(golden.upper_limits[signal]!.observed > 0);
  }
  // The process whose weights add up to less than nothing stands with a tiny yield, and keeps its error.
  const rare = golden.workspaces.heavy!.channels[0]!.samples.find(({ name }) => name === 'rare')!;
  assert.equal(rare.data[0], 1e-6);
  assert.ok((rare.modifiers[0] as unknown as { data: number[] }).data[0]! > 0);
});

/** The same structure, numbers to 1e-9. */
function same(found: unknown, expected: unknown, what: string): void {
  if (typeof expected === 'number') {
    near(found as number, expected, what, 1e-6);
  } else if (typeof expected === 'object' && expected !== null) {
    assert.deepEqual(Object.keys(found as object).sort(), Object.keys(expected).sort(), what);
    for (const [key, part] of Object.entries(expected))
      same((found as Record<string, unknown>)[key], part, `${what}.${key}`);
  } else {
    assert.equal(found, expected, what);
  }
}
