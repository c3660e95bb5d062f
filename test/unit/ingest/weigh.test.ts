import assert from 'node:assert/strict';
import test from 'node:test';
import { channelSums, FileWeigher, type FileWeights, ownShare } from '../../../services/ingest/weigh.js';

const limits = { absurdFactor: 1e4 };

function weigh(
  weights: readonly number[],
  more: { xsec?: number[]; sum?: number[]; channel?: number[] } = {},
) {
  const weigher = new FileWeigher('f.root', weights.length);
  weigher.add({
    count: weights.length,
    channel: Int32Array.from(more.channel ?? weights.map(() => 7)),
    factors: [Float32Array.from(weights), Float32Array.from(weights, () => 2)],
    crossSection: Float32Array.from(more.xsec ?? weights.map(() => 3)),
    sumOfWeights: Float32Array.from(more.sum ?? weights.map(() => 10)),
  });
  return weigher.finish(limits);
}

test('the median is that of finite, non-zero absolute weights; what is not one of them is counted', () => {
  // weight = factors x cross section / sum = w x 2 x 3 / 10
  const found = weigh([1, -1, 2, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e9]);
  assert.ok(Math.abs(found.medianPerPb - 0.6 * 1.5) < 1e-12);
  assert.equal(found.corruptRows, 3);
  assert.throws(() => weigh([Number.NaN, 0]), { code: 'weights_unusable', message: /f\.root.*2 events/ });
});

test('a cross section or a sum that cannot normalise is named with file, entry and values', () => {
  for (const [more, message] of [
    [{ xsec: [0, 0] }, /f\.root, entry 0: the cross section is 0 pb.*kind: data/],
    [{ sum: [10, 0] }, /entry 1: channel 7 has .*sum of weights 0, but 3 pb and 10 before/],
    [{ sum: [0, 0] }, /entry 0: the sum of weights is 0/],
    [{ xsec: [3, 4] }, /entry 1: channel 7 has cross section 4 pb/],
  ] as const) {
    assert.throws(() => weigh([1, 1], { xsec: [3, 3], sum: [10, 10], ...more } as never), {
      code: 'normalisation_unusable',
      message,
    });
  }
  assert.equal(weigh([1, 1], { channel: [7, 8], xsec: [3, 4] }).productions.length, 2);
});

const file = (name: string, channel: number, sumOfWeights: number, crossSectionPb = 3) => ({
  file: name,
  weights: {
    entries: 1,
    productions: [{ channel, crossSectionPb, sumOfWeights }],
    medianPerPb: 1,
    corruptRows: 0,
  } satisfies FileWeights,
});

test('equal sums are parts of one production, different ones are added (decisions.md 19)', () => {
  const parts = [file('a', 7, 10), file('b', 7, 10), file('c', 7, 30)];
  const sums = channelSums([{ sample: 's', files: parts }], []).get('s')!;
  assert.deepEqual([...sums], [[7, 40]]);
  assert.equal(ownShare(parts[0]!.weights, sums), 0.25);
});

test('a channel in two samples needs leave, and cross sections of one channel must agree', () => {
  const two = [
    { sample: 's', files: [file('a', 7, 10)] },
    { sample: 't', files: [file('b', 7, 10)] },
  ];
  assert.throws(() => channelSums(two, []), {
    code: 'channel_in_two_samples',
    message: /channel 7 stands in sample s \(a\) and in sample t \(b\).*input\.shared_channels/,
  });
  for (const leave of [[7], 'any'] as const) assert.equal(channelSums(two, leave).size, 2);
  const differing = [{ sample: 's', files: [file('a', 7, 10), file('b', 7, 20, 4)] }];
  assert.throws(() => channelSums(differing, []), {
    code: 'normalisation_unusable',
    message: /4 pb in b, but 3 pb in a/,
  });
});
