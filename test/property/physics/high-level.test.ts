import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import { HighLevelKernel, highLevelCount, highLevelNames } from '../../../lib/physics/high-level.js';
import { dense, RmmKernel, type RmmLayout, rmmLayout, shapeSlots } from '../../../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../../../lib/physics/selection/index.js';
import { makeEvents, type TestEvent } from '../../unit/physics/make-events.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 100;

const momentum = {
  pt: fc.double({ min: 21, max: 900, noNaN: true }),
  eta: fc.double({ min: -2.4, max: 2.4, noNaN: true }),
  phi: fc.double({ min: -3, max: 3, noNaN: true }),
};
const energetic = <One extends { pt: number; eta: number }>(one: One) => ({
  ...one,
  energy: one.pt * Math.cosh(one.eta),
});
const event = fc.record({
  met: fc.double({ min: 0, max: 900, noNaN: true }),
  metPhi: momentum.phi,
  leptons: fc.array(fc.record({ ...momentum, type: fc.constantFrom(11, 13) }).map(energetic), {
    minLength: 2,
    maxLength: 8,
  }),
  jets: fc.array(
    fc.record({ ...momentum, btag: fc.double({ min: -1, max: 1, noNaN: true }) }).map(energetic),
    {
      maxLength: 9,
    },
  ),
});

const layouts: readonly RmmLayout[] = [
  rmmLayout(),
  rmmLayout({ convention: 'map2rmm' }),
  rmmLayout({ convention: 'thesis-code', sqrtSGev: 13000 }),
  rmmLayout({ slots: shapeSlots('T2N2', 'thesis') }),
  rmmLayout({
    slots: [
      { type: 'muons', count: 2 },
      { type: 'jets', count: 3 },
      { type: 'electrons', count: 4 },
    ],
  }),
];

/** From the dense matrix and the names of its cells. */
function fromDense(
  { names, slotNames, options }: RmmLayout,
  mask: Uint32Array,
  cells: Float32Array,
  mll: number,
): number[] {
  const gev = options.sqrtSGev > 0 ? options.sqrtSGev : 1;
  const largest = (pattern: RegExp) =>
    Math.max(0, ...names.flatMap((name, cell) => (pattern.test(name) ? [cells[cell]!] : [])));
  const types = ['j', 'b', 'e', 'mu'];
  const count = (type: string) =>
    slotNames.filter(
      (name, slot) => name.replace(/\d+$/, '') === type && ((mask[slot >> 5]! >> slot) & 1) === 1,
    ).length;
  return [
    gev * largest(/^met$/),
    mll,
    ...types.map((type) => gev * largest(new RegExp(`^eT\\(${type}1\\)$`))),
    gev * largest(/^mT\(/),
    gev * largest(/^mT\((e|mu)\d/),
    gev * largest(/^m\(/),
    10 * largest(/^h\(/),
    10 * largest(/^hL\(/),
    ...types.map(count),
  ].map(Math.log1p);
}

test('the block form gives what the dense matrix and its names give, in every convention', () => {
  for (const layout of layouts) {
    const rmm = new RmmKernel(layout);
    const kernel = new HighLevelKernel(layout);
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 5 }), (list) => {
        const events = makeEvents(list as TestEvent[]);
        const selected = select(events, selectionOptions(), 1, new Selected());
        const rows = rmm.fill(events, selected, new FeatureBuffer());
        const mll = Float32Array.from({ length: rows.rows }, (_, row) => 40 * row);
        const found = new Float32Array(3 + rows.rows * highLevelCount).fill(-1);
        kernel.fill(rows, mll, found, 3);
        assert.deepEqual([...found.subarray(0, 3)], [-1, -1, -1]);
        const cells = new Float32Array(layout.columns);
        for (let row = 0; row < rows.rows; row++) {
          dense(rows, row, cells);
          const mask = rows.masks.subarray(row * rows.maskWords, (row + 1) * rows.maskWords);
          fromDense(layout, mask, cells, mll[row]!).forEach((value, column) => {
            const at = found[3 + row * highLevelCount + column]!;
            assert.equal(at, Math.fround(value), `${layout.id} ${highLevelNames[column]}`);
          });
        }
      }),
      { numRuns },
    );
  }
});

test('an event without a mass of two leptons has 0 for it', () => {
  const layout = rmmLayout();
  const lone = {
    rows: 1,
    columns: 529,
    maskWords: 1,
    masks: Uint32Array.of(1),
    offsets: Int32Array.of(0, 1),
  };
  const found = new Float32Array(highLevelCount);
  new HighLevelKernel(layout).fill(
    { ...lone, values: Float32Array.of(5) },
    Float32Array.of(Number.NaN),
    found,
  );
  assert.deepEqual(
    [...found],
    [Math.fround(Math.log1p(5)), ...new Array<number>(highLevelCount - 1).fill(0)],
  );
});
