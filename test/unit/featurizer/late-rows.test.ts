import assert from 'node:assert/strict';
import test from 'node:test';
import { split } from '../../../lib/physics/identity.js';
import { reason } from '../../../lib/physics/selection/index.js';
import { MomentsOperator, ScalerOperator } from '../../../services/scaler/operator.js';
import { trainingPart } from '../../../services/trainer/training-part.js';
import { decodeEvents, encodeEvents } from '../../../services/wire/events.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import { decodeScaled } from '../../../services/wire/scaled.js';
import { chainMessages } from '../../support/chain-messages.js';
import { received } from '../../support/message-chain.js';
import { rawEvents, sourceOf } from '../../support/raw-blocks.js';

const shape = { seed: 7, count: 200, wide: false, amplified: false, tables: false, triggers: 0 };
const { chain, scaler, messages } = chainMessages(shape);
const { layout } = chain.expected;
const natural = decodeFeatures(received(messages.features), chain.expected);

function lateMessages(countedAs?: string) {
  const late = countedAs === undefined ? {} : { countedAs };
  const source = { ...sourceOf(shape), late };
  const events = encodeEvents({ source, medianWeight: 1, events: rawEvents(shape) });
  const selected = chain.select(received(events));
  const features = chain.featurize(received(selected.message));
  const scaled = chain.scale(received(features), new ScalerOperator(scaler, layout.maskWords));
  return { events, selected, features, scaled };
}

test('late rows keep their part where it is test and are in none otherwise; nothing else of them changes', () => {
  const { features } = lateMessages();
  const late = decodeFeatures(received(features), chain.expected);
  const parts = [...natural.columns.split];
  for (const code of [split.train, split.validation, split.test])
    assert.ok(parts.includes(code), `rows of part ${code} are there`);
  assert.deepEqual(
    [...late.columns.split],
    parts.map((code) => (code === split.test ? split.test : split.none)),
  );
  assert.ok(late.columns.megaset.every((megaset) => megaset === -1));
  assert.ok(late.columns.late.every((flag) => flag === 1));
  assert.ok(natural.columns.late.every((flag) => flag === 0));
  const { split: _, megaset: __, late: ___, ...rest } = late.columns;
  const { split: ____, megaset: _____, late: ______, ...expected } = natural.columns;
  assert.deepEqual(rest, expected);
  assert.deepEqual(late.features, natural.features);
});

test('late rows are in no moments and in no megaset', () => {
  const { features, scaled } = lateMessages();
  const late = decodeFeatures(received(features), chain.expected);
  const moments = new MomentsOperator(layout, 'none');
  assert.equal(moments.process(late.features, late.columns, late.source), undefined);
  assert.ok(moments.process(natural.features, natural.columns, natural.source)!.rows > 0);
  const dealing = { megasets: 10, validationShare: 1 };
  const { scaled: rows, columns } = decodeScaled(received(scaled), chain.expected);
  assert.equal(trainingPart(rows, columns, 0, dealing).rows.rows, 0);
  // Even where somebody gave them a part all the same.
  const forged = { ...columns, split: new Uint8Array(rows.rows), megaset: new Int16Array(rows.rows) };
  assert.equal(trainingPart(rows, forged, 0, dealing).rows.rows, 0);
});

test('a late event is counted once: under what became of it, no longer as the dead letter that it was', () => {
  const { selected, events } = lateMessages('weight_absurd');
  assert.deepEqual(decodeEvents(received(events), chain.read).source.late, { countedAs: 'weight_absurd' });
  const { raw } = JSON.parse(selected.message.headers.record!) as { raw: number[] };
  const before = (JSON.parse(messages.selected.headers.record!) as { raw: number[] }).raw;
  const expected = [...before];
  expected[reason.weightAbsurd]! -= shape.count;
  assert.deepEqual(raw, expected);
  assert.equal(
    raw.reduce((sum, count) => sum + count, 0),
    0,
  );
  assert.ok(decodeFeatures(received(chain.featurize(received(selected.message))), chain.expected));
});
