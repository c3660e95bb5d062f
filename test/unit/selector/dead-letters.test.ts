import assert from 'node:assert/strict';
import test from 'node:test';
import type { Events } from '../../../lib/physics/events.js';
import { reason } from '../../../lib/physics/selection/index.js';
import { deadLetterLines } from '../../../services/selector/dead-letters.js';

test('a line for each dead letter: key, reason, source and the whole event; numbers that JSON lacks as text', () => {
  const events = {
    count: 3,
    run: Int32Array.of(1, 1, 1),
    event: BigInt64Array.of(5n, 9_007_199_254_740_993n, 6n),
    channel: Int32Array.of(7, 7, 7),
    weight: Float64Array.of(1, Number.NaN, 1e20),
    met: Float64Array.of(1, 2, Number.NEGATIVE_INFINITY),
    metPhi: Float64Array.of(0, 0.5, 0),
    leptons: { offsets: Int32Array.of(0, 1, 3, 3), pt: Float64Array.of(10, 20, Number.NaN) },
    jets: { offsets: Int32Array.of(0, 0, 0, 1), pt: Float64Array.of(30) },
  } as unknown as Events;
  const reasons = Uint8Array.of(reason.leptons, reason.weightNotFinite, reason.weightAbsurd);
  const source = { sample: 's', file: 'f.root', fingerprint: 'abc', first: 8192 };
  const lines = deadLetterLines(events, reasons, source).map((line) => JSON.parse(line));
  assert.deepEqual(lines, [
    {
      key: 'abc:8193',
      reason: 'weight_not_finite',
      stage: 'selector',
      sample: 's',
      file: 'f.root',
      entry: 8193,
      record: {
        run_number: 1,
        // As text: a double would make it ...992.
        event_number: '9007199254740993',
        channel: 7,
        weight: 'NaN',
        met: 2,
        met_phi: 0.5,
        leptons: { pt: [20, 'NaN'] },
        jets: { pt: [] },
      },
    },
    {
      key: 'abc:8194',
      reason: 'weight_absurd',
      stage: 'selector',
      sample: 's',
      file: 'f.root',
      entry: 8194,
      record: {
        run_number: 1,
        event_number: '6',
        channel: 7,
        weight: 1e20,
        met: '-Infinity',
        met_phi: 0,
        leptons: { pt: [] },
        jets: { pt: [30] },
      },
    },
  ]);
});
