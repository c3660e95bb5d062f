import assert from 'node:assert/strict';
import test from 'node:test';
import { changedError, compareManifests, type Manifest } from '../../../services/pipeline/manifest.js';

const input = (file: string, more = {}) => ({
  sample: 'zee',
  kind: 'background',
  file,
  fingerprint: `of ${file}`,
  entries: 10,
  ...more,
});
const base: Manifest = {
  version: 1,
  program: '1.0.0',
  configurationHash: 'h',
  configuration: {},
  inputs: [input('a.root'), input('b.root')],
};

test('the same run is the same, whatever the order of its inputs', () => {
  const turned = { ...base, inputs: [...base.inputs].reverse() };
  assert.deepEqual(compareManifests(base, turned, []), { kind: 'same' });
});

test('added files alone are an extension; anything else is a change, each difference a line', () => {
  const more = { ...base, inputs: [...base.inputs, input('c.root')] };
  assert.deepEqual(compareManifests(base, more, []), {
    kind: 'added',
    differences: ['input added: c.root (sample zee)'],
  });
  for (const [asked, line] of [
    [{ ...base, inputs: [input('a.root')] }, 'input gone: b.root (sample zee)'],
    [
      { ...base, inputs: [input('a.root', { fingerprint: 'x' }), input('b.root')] },
      'input changed: a.root (sample zee)',
    ],
    [{ ...base, inputs: [input('a.root', { entries: 9 }), input('b.root')] }, 'a.root: entries 10 -> 9'],
    [
      { ...base, inputs: [input('a.root', { kind: 'signal' }), input('b.root')] },
      'zee: kind background -> signal',
    ],
    [{ ...base, program: '1.1.0' }, 'rmmstream: 1.0.0 -> 1.1.0'],
  ] as const) {
    assert.deepEqual(compareManifests(base, asked, []), { kind: 'changed', differences: [line] });
  }
  const both = { ...more, configurationHash: 'i' };
  assert.equal(compareManifests(base, both, ['training.seed: 1 -> 2']).kind, 'changed');
});

test('the message names at most twenty differences and what to do', () => {
  const differences = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const changed = changedError('out', { kind: 'changed', differences });
  assert.equal(changed.code, 'run_changed');
  assert.match(changed.message, /line 19\n {2}and 10 more$/);
  assert.doesNotMatch(changed.message, /--extend/);
  assert.match(changedError('out', { kind: 'added', differences: ['x'] }).message, /--extend/);
});
