import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../lib/base/codes/index.js';
import { RmmError } from '../../../lib/base/error.js';

/** Runs `act` and checks that it throws our error with this code and a message that matches. */
export function expectError(act: () => unknown, code: ErrorCode, message: RegExp): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof RmmError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

export async function expectRejection(
  promise: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof RmmError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}
