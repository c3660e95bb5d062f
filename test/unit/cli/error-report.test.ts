import assert from 'node:assert/strict';
import test from 'node:test';
import { reportError } from '../../../cli/error-report.js';
import { errorCodes } from '../../../lib/base/codes/index.js';
import { RmmError } from '../../../lib/base/error.js';

const plain = { debug: false, interrupted: false };

test('an error of ours: code, message, cure and its exit code', () => {
  const report = reportError(new RmmError('disk_full', 'no room on /x', { context: { path: '/x' } }), plain);
  assert.equal(report.exit, 1);
  assert.equal(report.text, `error[disk_full]: no room on /x\n  what to do: ${errorCodes.disk_full.cure}`);
  assert.deepEqual(report.object, {
    type: 'error',
    code: 'disk_full',
    domain: 'external',
    message: 'no room on /x',
    cure: errorCodes.disk_full.cure,
    exit: 1,
    context: { path: '/x' },
  });
});

test('anything else is internal, its stack shown only on request', () => {
  const report = reportError(new TypeError('x is not a function'), plain);
  assert.equal(report.exit, 1);
  assert.match(report.text, /^error\[internal\]: TypeError: x is not a function\n {2}what to do: /);
  assert.doesNotMatch(report.text, / at /);
  assert.match(
    reportError(new Error('a', { cause: new Error('b') }), { ...plain, debug: true }).text,
    / at .*caused by Error: b/s,
  );
  assert.match(reportError('just text', plain).text, /^error\[internal\]: just text/);
});

test('after an interrupt whatever is thrown is the interrupt, exit code 130', () => {
  for (const error of [new Error('worker gone'), new RmmError('interrupted', 'stopped after 3 of 9 files')]) {
    const report = reportError(error, { debug: false, interrupted: true });
    assert.equal(report.exit, 130);
    assert.equal(report.object.code, 'interrupted');
    assert.equal(report.object.exit, 130);
  }
});
