import assert from 'node:assert/strict';
import test from 'node:test';
import { directoryStatusObject, directoryStatusText } from '../../../cli/status-page.js';
import type { DirectoryFacts } from '../../../services/status/directory-facts.js';
import { directoryVerdict } from '../../../services/status/directory-verdict.js';

const share = (done: number) => ({ done, total: 4, entriesDone: 100 * done, entries: 400 });

const begun: DirectoryFacts = {
  directory: '/runs/a',
  isScoring: false,
  isFinished: false,
  holder: undefined,
  files: 3,
  weighed: { done: 2, total: 2 },
  features: share(0),
  scores: share(0),
  model: undefined,
  checkpoint: undefined,
};

test('the phase is the first one that is not complete', () => {
  const phase = (more: Partial<DirectoryFacts>) => directoryVerdict({ ...begun, ...more }).phase;
  assert.equal(phase({ weighed: { done: 1, total: 2 } }), 'weights');
  assert.equal(phase({}), 'features');
  assert.equal(phase({ features: share(3) }), 'features');
  assert.equal(phase({ features: share(4) }), 'train');
  assert.equal(phase({ features: share(4), model: 'm' }), 'score');
  assert.equal(phase({ features: share(4), model: 'm', scores: share(4) }), 'evaluate');
  assert.equal(phase({ isFinished: true }), undefined);
  assert.equal(phase({ isScoring: true, model: 'm', features: share(1), scores: share(1) }), 'score');
});

test('who holds the lock decides between at work and stopped', () => {
  const of = (holder: DirectoryFacts['holder']) => directoryVerdict({ ...begun, holder });
  assert.equal(of({ pid: 7, isAlive: true }).state, 'working');
  assert.equal(of({ pid: 7, isAlive: false }).state, 'stopped');
  assert.match(of({ pid: 7, isAlive: false }).because, /process 7, which did, is gone/);
  assert.equal(of(undefined).state, 'stopped');
  assert.equal(
    directoryVerdict({ ...begun, isFinished: true, holder: { pid: 7, isAlive: true } }).state,
    'finished',
  );
});

test('the page says how far it is, and when the last checkpoint was', () => {
  const facts = {
    ...begun,
    features: share(4),
    holder: { pid: 7, isAlive: true },
    checkpoint: { atMs: 1_000, megaset: 1, epoch: 4 },
  };
  const verdict = directoryVerdict(facts);
  const text = directoryStatusText(facts, verdict, 61_000);
  assert.match(text, /^working: process 7 works on it\n/);
  assert.match(text, /features +4 of 4 ranges \(100 %\), 400 of 400 entries/);
  assert.match(text, /checkpoint +1 min 00 s ago, in megaset 2, epoch 5/);
  assert.match(text, /lock +held by process 7, which lives/);
  const object = directoryStatusObject(facts, verdict) as Record<string, unknown>;
  assert.equal(object.phase, 'train');
  assert.deepEqual(object.lock, { pid: 7, alive: true });
});
