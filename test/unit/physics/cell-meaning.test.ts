import assert from 'node:assert/strict';
import test from 'node:test';
import { cellMeanings, rmmLayout, slotMeanings } from '../../../lib/physics/rmm/index.js';

test('every cell of a matrix has words that say what it measures', () => {
  const layout = rmmLayout();
  const meanings = cellMeanings(layout);
  const of = (name: string) => meanings[layout.names.indexOf(name)];
  assert.equal(meanings.length, 529);
  assert.equal(new Set(meanings).size, 529);
  assert.equal(of('met'), 'missing transverse momentum');
  assert.equal(of('mT(e1)'), 'transverse mass of electron 1 and MET');
  assert.equal(of('hL(b2)'), 'rapidity of b-jet 2');
  assert.equal(of('eT(mu1)'), 'transverse energy of muon 1');
  assert.equal(of('imbalance(j3)'), 'imbalance of light jet 2 and light jet 3');
  assert.equal(of('m(e1,mu1)'), 'mass of electron 1 and muon 1');
  assert.equal(of('h(j1,mu2)'), 'rapidity difference of light jet 1 and muon 2');
});

test('words follow the order and the types of the convention', () => {
  const layout = rmmLayout({
    convention: 'map2rmm',
    slots: [
      { type: 'muons', count: 1 },
      { type: 'photons', count: 2 },
    ],
  });
  assert.deepEqual(slotMeanings(layout), ['MET', 'muon 1', 'photon 1', 'photon 2']);
  const code = rmmLayout({ convention: 'thesis-code' });
  assert.equal(
    cellMeanings(code)[code.names.indexOf('mT(j1)')],
    'transverse energy of light jet 1 (thesis code)',
  );
});
