import assert from 'node:assert/strict';
import test from 'node:test';
import { copiedName } from '../../../services/amplify/load/copied-file.js';
import { loadVerdicts } from '../../../services/report/sections/load-verdicts.js';

const copies = (firstCopy: number) =>
  copiedName(1, { parent: 0, firstCopy, copies: 2, entries: 10 }, 'mc/zee.root');

test('a run over amplified copies is called load, and a run over files is not', () => {
  const inputs = [0, 2, 4, 6, 8].map((firstCopy) => ({ file: copies(firstCopy) }));
  const [verdict, ...others] = loadVerdicts({ shown: 'out', record: { inputs } });
  assert.deepEqual(others, []);
  assert.equal(verdict!.level, 'bad');
  assert.match(verdict!.text, /^out is a load, not physics: `amplified:seed=1,copies=0-1:mc\/zee.root`,/);
  assert.match(verdict!.text, /copies=4-5:mc\/zee.root` and 2 more are copies/);
  assert.doesNotMatch(verdict!.text, /copies=6-7/);
  const mixed = [{ file: 'mc/zee.root' }, { file: copies(0) }];
  assert.equal(loadVerdicts({ shown: 'out', record: { inputs: mixed } }).length, 1);
  assert.deepEqual(loadVerdicts({ shown: 'out', record: { inputs: [{ file: 'mc/amplified.root' }] } }), []);
});
