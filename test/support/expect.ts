import assert from 'node:assert/strict';
import type { CliResult } from './cli.js';

/** A failure as a person should meet it: its exit code, its error code, the words that help, and no stack. */
export function expectFailure(
  result: CliResult,
  exit: 1 | 2,
  code: string,
  words: readonly (string | RegExp)[],
): void {
  const where = `exit ${result.code}, signal ${result.signal}\n${result.stderr}`;
  assert.equal(result.code, exit, where);
  assert.equal(result.stdout, '', 'a failure has no result');
  assert.ok(result.stderr.includes(`error[${code}]: `), where);
  for (const word of words) {
    const isThere = typeof word === 'string' ? result.stderr.includes(word) : word.test(result.stderr);
    assert.ok(isThere, `${String(word)} is not in: ${where}`);
  }
  assert.match(result.stderr, /\n {2}what to do: \S/);
  assert.doesNotMatch(result.stderr, /\n\s+at .*:\d+:\d+/, 'no stack');
}
