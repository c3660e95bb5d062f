import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { Events } from '../../../lib/physics/events.js';
import { FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import { EventQuantities, eventQuantities } from '../../../lib/physics/quantities.js';
import { ReportKernel } from '../../../lib/physics/report/index.js';
import { blockColumns, RmmKernel, rmmLayout } from '../../../lib/physics/rmm/index.js';
import {
  CutFlow,
  cutFlowSteps,
  medianAbsWeight,
  reason,
  Selected,
  select,
  selectionOptions,
} from '../../../lib/physics/selection/index.js';
import { assertClose } from './compare.js';
import { hasShared, readShared, sharedFolder } from './shared-files.js';

interface Count {
  readonly raw: number;
  readonly weighted: number;
}

interface GoldenCutFlow {
  readonly lumi_pb: number;
  readonly files: Readonly<
    Record<
      string,
      {
        readonly entries: number;
        readonly all: Count;
        readonly ge2: Count;
        readonly eq2: Count;
        readonly dead_letters: readonly { readonly entry: number; readonly reason: string }[];
        readonly surplus_objects_dropped: number;
      }
    >
  >;
}

// Registered only where ../shared is: shipped.test.ts holds the same for the events that ship with the project.
const whereShared: (name: string, body: () => Promise<void>) => void = hasShared
  ? (name, body) => void test(name, body)
  : () => undefined;
const cutFlow: GoldenCutFlow = hasShared
  ? (JSON.parse(readFileSync(join(sharedFolder, 'golden', 'cutflow.json'), 'utf8')) as GoldenCutFlow)
  : { lumi_pb: 0, files: {} };

const sets: Readonly<Record<string, string>> = {
  c1n2_wz_800_50: 'mc',
  periodD: 'data',
  ttbar: 'mc',
  wjets: 'mc',
  wr3000_n1000: 'mc',
  zee: 'mc',
  zmumu: 'mc',
  zz: 'mc',
};

async function golden(name: string): Promise<Record<string, unknown>[]> {
  const file = await asyncBufferFromFile(join(sharedFolder, 'golden', `${name}.parquet`));
  return (await parquetReadObjects({ file })) as Record<string, unknown>[];
}

function load(folder: string, name: string): Promise<Events> {
  return readShared(`data/${folder}/${name}.root`, cutFlow.lumi_pb);
}

for (const [name, folder] of Object.entries(sets)) {
  whereShared(`all golden matrices of ${name}`, async () => {
    const events = await load(folder, name);
    const expected = await golden(`rmm_${name}`);
    const selected = select(events, selectionOptions(), medianAbsWeight(events.weight), new Selected());
    const layout = rmmLayout();
    const rows = new RmmKernel(layout).fill(events, selected, new FeatureBuffer());
    const quantities = eventQuantities(events, selected, new EventQuantities());
    assert.equal(expected.length, 300);
    expected.forEach((golden, row) => {
      const where = `${name} row ${row}`;
      const event = selected.index[row]!;
      assert.equal(event, Number(golden.entry), where);
      assert.equal(events.event[event], BigInt(golden.event as number), where);
      assert.equal(quantities.nLeptons[row], golden.nlep, where);
      assertClose(events.weight[event]!, golden.weight as number, 'plain', `${where} weight`);
      assertClose(quantities.met[row]!, golden.met as number, 'gev', `${where} met`);
      assertClose(quantities.mll[row]!, golden.mll as number, 'gev', `${where} mll`);
      const cells = blockColumns(rows.masks, row, 1, layout.size);
      const values = rows.values.subarray(rows.offsets[row], rows.offsets[row + 1]);
      assert.deepEqual(
        [...cells].filter((_, k) => values[k] !== 0),
        golden.cell,
        where,
      );
      values
        .filter((value) => value !== 0)
        .forEach((value, k) => {
          const cell = (golden.cell as number[])[k]!;
          assertClose(
            value,
            (golden.value as number[])[k]!,
            layout.kinds[cell]!,
            `${where} ${layout.names[cell]}`,
          );
        });
    });
  });

  whereShared(`all golden tables of ${name}`, async () => {
    const events = await load(folder, name);
    const expected = await golden(`report33_${name}`);
    const options = selectionOptions({ leptons: 'exactly_2' });
    const selected = select(events, options, medianAbsWeight(events.weight), new Selected());
    const kernel = new ReportKernel('report35');
    const rows = kernel.fill(events, selected, new FeatureBuffer());
    assert.equal(expected.length, 300);
    expected.forEach((golden, row) => {
      assert.equal(selected.index[row], Number(golden.entry), name);
      kernel.layout.names.forEach((column, k) => {
        const where = `${name} row ${row} ${column}`;
        const value = golden[column] as number;
        assertClose(rows.values[rows.offsets[row]! + k]!, value, kernel.layout.kinds[k]!, where);
        if (value === 0) assert.equal(rows.values[rows.offsets[row]! + k], 0, where);
      });
    });
  });
}

whereShared(
  'the cut flow of every file: counts exactly, weighted sums to 1e-9, dead letters row by row',
  async () => {
    const layout = rmmLayout();
    const kernel = new RmmKernel(layout);
    for (const [path, expected] of Object.entries(cutFlow.files)) {
      const events = await readShared(`data/${path}`, cutFlow.lumi_pb);
      const median = medianAbsWeight(events.weight);
      assert.equal(events.count, expected.entries, path);
      for (const [leptons, counts] of [
        ['at_least_2', expected.ge2],
        ['exactly_2', expected.eq2],
      ] as const) {
        const options = selectionOptions({ leptons });
        const selected = select(events, options, median, new Selected());
        const steps = cutFlowSteps(new CutFlow().add(selected.reason, events.weight, events.count), options);
        assert.deepEqual(
          steps.map(({ cut }) => cut),
          ['all', leptons],
          path,
        );
        assertCount(steps[0]!, expected.all, `${path} all`);
        assertCount(steps[1]!, counts, `${path} ${leptons}`);
        if (leptons === 'at_least_2') {
          const rows = kernel.fill(events, selected, new FeatureBuffer());
          assert.equal(rows.surplus, expected.surplus_objects_dropped, `${path} surplus`);
        }
        const names: Record<number, string> = {
          [reason.weightNotFinite]: 'not finite',
          [reason.weightAbsurd]: 'absurd',
        };
        const dead = [...selected.reason.subarray(0, events.count)].flatMap((code, entry) =>
          code in names ? [{ entry, reason: names[code]! }] : [],
        );
        assert.deepEqual(
          dead,
          expected.dead_letters.map(({ entry, reason: why }) => ({ entry, reason: why })),
          path,
        );
      }
    }
  },
);

function assertCount(found: Count, expected: Count, where: string): void {
  assert.equal(found.raw, expected.raw, where);
  assert.ok(
    Math.abs(found.weighted - expected.weighted) <= 1e-9 * Math.abs(expected.weighted),
    `${where}: weighted ${found.weighted}, golden ${expected.weighted}`,
  );
}
