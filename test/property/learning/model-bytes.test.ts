import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RmmError } from '../../../lib/base/error.js';
import { modelFiles, modelFromFiles } from '../../../lib/learning/model.js';
import { packZip, unpackZip } from '../../../lib/learning/model-zip.js';
import { madeModel } from '../../support/made-model.js';

const { id, files } = modelFiles(madeModel());
const byName = new Map(files.map(({ name, bytes }) => [name, bytes]));
const zip = packZip(files);

/** Some byte of some file, every file alike, changed in some way. */
const change = fc.record({
  name: fc.constantFrom(...byName.keys()),
  place: fc.integer({ min: 0, max: 999_999 }).map((place) => place / 1_000_000),
  mask: fc.integer({ min: 1, max: 255 }),
});

function isRefused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    assert.ok(error instanceof RmmError, String(error));
    assert.ok(['model_corrupt', 'model_version_unsupported'].includes(error.code), error.message);
    return true;
  }
}

test('a changed byte of any file of a model is noticed', () => {
  fc.assert(
    fc.property(change, ({ name, place, mask }) => {
      const bytes = new Uint8Array(byName.get(name)!);
      bytes[Math.floor(place * bytes.length)]! ^= mask;
      assert.ok(isRefused(() => modelFromFiles(new Map(byName).set(name, bytes), 'm')));
    }),
    { numRuns: 400 },
  );
});

test('a file of a model that was cut or has grown is noticed', () => {
  fc.assert(
    fc.property(change, ({ name, place, mask }) => {
      const bytes = byName.get(name)!;
      const cut = bytes.slice(0, Math.floor(place * bytes.length));
      assert.ok(isRefused(() => modelFromFiles(new Map(byName).set(name, cut), 'm')));
      const grown = Buffer.concat([bytes, Uint8Array.of(mask)]);
      assert.ok(isRefused(() => modelFromFiles(new Map(byName).set(name, grown), 'm')));
    }),
    { numRuns: 100 },
  );
});

test('a changed byte of a .zip is noticed, or leaves the model as it was', () => {
  let refused = 0;
  fc.assert(
    fc.property(change, ({ place, mask }) => {
      const bytes = new Uint8Array(zip);
      bytes[Math.floor(place * bytes.length)]! ^= mask;
      let found: string | undefined;
      if (isRefused(() => ({ id: found } = modelFromFiles(unpackZip(bytes, 'm.zip'), 'm.zip')))) refused += 1;
      else assert.equal(found, id);
    }),
    { numRuns: 400 },
  );
  // Local headers, times and attributes say nothing of a model: in one as small as this they are a third.
  assert.ok(refused > 150, String(refused));
});

test('a .zip that was cut is refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: zip.length - 1 }), (length) => {
      assert.ok(isRefused(() => modelFromFiles(unpackZip(zip.slice(0, length), 'm.zip'), 'm.zip')));
    }),
    { numRuns: 100 },
  );
});
