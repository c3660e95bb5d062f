import assert from 'node:assert/strict';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import type { BatchColumn } from '../../../lib/columnar/arrow/batch.js';
import { decodeBatch } from '../../../lib/columnar/arrow/decode.js';
import { encodeBatch } from '../../../lib/columnar/arrow/encode.js';
import { loadConfig } from '../../../lib/config/index.js';
import { HighLevelRows, highLevelRowsOf } from '../../../services/featurizer/high-level.js';
import { ScalerOperator } from '../../../services/scaler/operator.js';
import { scaledExpectation } from '../../../services/scorer/scaled-expectation.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import type { WireMessage } from '../../../services/wire/message.js';
import { decodeScaled, scaledSchema } from '../../../services/wire/scaled.js';
import { chainMessages } from '../../support/chain-messages.js';
import { received } from '../../support/message-chain.js';

const options = { environment: {}, currentDirectory: '/', needs: 'none', resolveFiles: false } as const;
const override = { path: 'scores', value: '[error, knn]', flag: '--set scores' };
const { config } = loadConfig({ ...options, overrides: [override] });
const plain = loadConfig(options).config;
const { chain, scaler, messages } = chainMessages({ count: 60 });
const { layout } = chain.expected;
const message = chain.scale(
  received(messages.features),
  new ScalerOperator(scaler, layout.maskWords, highLevelRowsOf(config)),
);
const expected = scaledExpectation(config);

/** The message with other columns in it, soundly sealed. */
function rewritten(change: (column: BatchColumn) => BatchColumn[]): WireMessage {
  const batch = decodeBatch(message.value, scaledSchema);
  const value = encodeBatch({ ...batch, columns: batch.columns.flatMap(change) });
  const checksum = crc32(value).toString(16).padStart(8, '0');
  return { ...message, value, headers: { ...message.headers, checksum } };
}

const changed = (change: (column: BatchColumn & { readonly kind: 'fixed' }) => BatchColumn[]) =>
  rewritten((column) =>
    column.name === 'high_level' && column.kind === 'fixed' ? change(column) : [column],
  );

test('scaled rows carry their high-level features, to the bit, where a score needs them', () => {
  const { features, columns } = decodeFeatures(received(messages.features), chain.expected);
  const made = new HighLevelRows(config).of(features, columns.mll);
  assert.ok(made.some((value) => value > 0));
  for (let shift = 0; shift < 9; shift += 1)
    assert.deepEqual(decodeScaled(received(message, shift), expected).scaled.highLevel, made);
  assert.equal(message.value.length - messages.scaled.value.length >= 60 * features.rows, true);
});

test('nothing is added where no score needs them', () => {
  assert.equal(highLevelRowsOf(plain), undefined);
  assert.equal(scaledExpectation(plain).highLevel, false);
  const without = decodeScaled(received(messages.scaled), scaledExpectation(plain));
  assert.equal('highLevel' in without.scaled, false);
});

test('rows that come without them, of another width or not finite are refused', () => {
  const refused = (wrong: WireMessage, message: RegExp) =>
    assert.throws(() => decodeScaled(received(wrong), expected), { code: 'wire_message_invalid', message });
  refused(messages.scaled, /lacks the column "high_level", from which scores of this run are made/);
  refused(
    changed((column) => [{ ...column, width: 5, values: column.values.slice(0, column.values.length / 3) }]),
    /"high_level" has the width 5, expected 15/,
  );
  refused(
    changed((column) => {
      const values = column.values.slice() as Float32Array;
      values[15 * 3 + 2] = Number.NaN;
      return [{ ...column, values }];
    }),
    /row 3 has the high-level feature NaN/,
  );
  refused(
    changed((column) => [{ ...column, values: Float64Array.from(column.values as Float32Array) }]),
    /high_level/,
  );
});
