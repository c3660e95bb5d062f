import assert from 'node:assert/strict';
import test from 'node:test';
import { rmmLayout, shapeSlots } from '../../../../lib/physics/rmm/index.js';

test('the default is the thesis matrix of 529 cells', () => {
  const layout = rmmLayout();
  assert.equal(layout.id, 'rmm/thesis/T4N5/j6b6e5m5');
  assert.equal(layout.columns, 529);
  assert.equal(layout.maskWords, 1);
  assert.equal(new Set(layout.names).size, 529);
  const cell = (row: number, column: number): [string, string] => [
    layout.names[row * 23 + column]!,
    layout.kinds[row * 23 + column]!,
  ];
  assert.deepEqual(cell(0, 0), ['met', 'gev']);
  assert.deepEqual(cell(0, 7), ['mT(b1)', 'gev']);
  assert.deepEqual(cell(13, 0), ['hL(e1)', 'rapidity']);
  assert.deepEqual(cell(18, 18), ['eT(mu1)', 'gev']);
  assert.deepEqual(cell(19, 19), ['imbalance(mu2)', 'imbalance']);
  assert.deepEqual(cell(1, 14), ['m(j1,e2)', 'gev']);
  assert.deepEqual(cell(14, 1), ['h(j1,e2)', 'rapidity']);
});

test('map2rmm is 51 x 51 with its own order', () => {
  const layout = rmmLayout({ convention: 'map2rmm' });
  assert.equal(layout.id, 'rmm/map2rmm/T5N10/j10b10m10e10g10');
  assert.equal(layout.size, 51);
  assert.equal(layout.columns, 2601);
  assert.equal(layout.maskWords, 2);
  assert.deepEqual(
    [1, 11, 21, 31, 41].map((slot) => layout.slotNames[slot]),
    ['j1', 'b1', 'mu1', 'e1', 'g1'],
  );
});

test('any TmNn has 1 + m n rows, its types in the order of the convention', () => {
  for (const convention of ['thesis', 'map2rmm', 'thesis-code'] as const) {
    for (let m = 1; m <= 5; m++) {
      const layout = rmmLayout({ convention, slots: shapeSlots(`T${m}N${2 * m}`, convention) });
      assert.equal(layout.size, 1 + m * 2 * m);
      assert.equal(layout.maskWords, Math.ceil(layout.size / 32));
    }
  }
  assert.deepEqual(
    shapeSlots('T2N2', 'map2rmm').map(({ type }) => type),
    ['jets', 'muons'],
  );
  assert.deepEqual(
    shapeSlots('T4N5', 'thesis').map(({ type }) => type),
    ['jets', 'bjets', 'electrons', 'muons'],
  );
});

test('what differs from the convention is in the id', () => {
  assert.equal(rmmLayout({ sqrtSGev: 13000 }).id, 'rmm/thesis/T4N5/j6b6e5m5/sqrts13000');
  assert.equal(rmmLayout({ rapidityScale: 1, metMinGev: 30 }).id, 'rmm/thesis/T4N5/j6b6e5m5/c1/met30');
});

test('options that cannot be used are refused, naming the key', () => {
  const refused = (call: () => unknown, message: RegExp): void => {
    assert.throws(call, { code: 'features_option_invalid', message });
  };
  refused(() => shapeSlots('T6N2', 'thesis'), /shape.*T6N2/);
  refused(() => rmmLayout({ slots: [] }), /slots/);
  refused(() => rmmLayout({ slots: [{ type: 'jets', count: 0 }] }), /jets/);
  refused(
    () =>
      rmmLayout({
        slots: [
          { type: 'jets', count: 2 },
          { type: 'jets', count: 2 },
        ],
      }),
    /jets/,
  );
  refused(() => rmmLayout({ sqrtSGev: Number.NaN }), /sqrtSGev/);
});
