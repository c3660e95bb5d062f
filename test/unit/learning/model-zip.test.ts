import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { zipSync } from 'fflate';
import { modelFiles, modelFromFiles } from '../../../lib/learning/model.js';
import { packZip, unpackZip } from '../../../lib/learning/model-zip.js';
import { madeModel } from '../../support/made-model.js';
import { expectError } from './expect-error.js';

const model = madeModel();
const { id, files } = modelFiles(model);
const byName = Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]));
const packed = Object.fromEntries(files.map(({ name, bytes }) => [`model/${name}`, bytes]));

test('a model survives its .zip', () => {
  const back = modelFromFiles(unpackZip(packZip(files), 'm.zip'), 'm.zip');
  assert.equal(back.id, id);
  assert.deepEqual(back.model, model);
});

test('the bytes of a .zip depend neither on the time nor on the time zone', () => {
  const code = `import { modelFiles } from './lib/learning/model.js';
    import { packZip } from './lib/learning/model-zip.js';
    import { madeModel } from './test/support/made-model.js';
    process.stdout.write(Buffer.from(packZip(modelFiles(madeModel()).files)).toString('base64'));`;
  const cwd = new URL('../../../', import.meta.url);
  for (const TZ of ['Pacific/Auckland', 'America/Los_Angeles']) {
    const found = execFileSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd,
      env: { ...process.env, TZ },
    });
    assert.equal(found.toString(), Buffer.from(packZip(files)).toString('base64'), TZ);
  }
});

test('an archive that somebody else packed is read, wherever the folder lies in it', () => {
  for (const prefix of ['', 'model/', 'runs/a b/model/']) {
    const entries = Object.entries(byName).map(([name, bytes]) => [prefix + name, bytes] as const);
    const zip = zipSync({ ...Object.fromEntries(entries), 'notes.txt': Uint8Array.of(65) }, { level: 0 });
    assert.equal(modelFromFiles(unpackZip(zip, 'm.zip'), 'm.zip').id, id, prefix);
  }
});

test('what holds no model, or two, is refused', () => {
  expectError(
    () => unpackZip(Buffer.from('no archive'), 'm.zip'),
    'model_corrupt',
    /m\.zip cannot be unpacked/,
  );
  expectError(() => unpackZip(new Uint8Array(0), 'm.zip'), 'model_corrupt', /m\.zip cannot be unpacked/);
  const none = zipSync({ 'readme.txt': Uint8Array.of(1) });
  expectError(() => unpackZip(none, 'm.zip'), 'model_corrupt', /holds 0 files model\.json/);
  const two = zipSync({ 'a/model.json': Uint8Array.of(1), 'b/model.json': Uint8Array.of(1) });
  expectError(() => unpackZip(two, 'm.zip'), 'model_corrupt', /holds 2 files model\.json/);
  const lacking = zipSync({ 'model.json': byName['model.json']! });
  expectError(() => modelFromFiles(unpackZip(lacking, 'm.zip'), 'm.zip'), 'model_corrupt', /lacks the file/);
});

test('an archive that unfolds beyond what a model can be is refused before it does', () => {
  const before = process.memoryUsage().arrayBuffers;
  const large = new Uint8Array(2 ** 27);
  const bomb = zipSync({ ...packed, 'model/weights.bin': large }, { level: 1 });
  assert.ok(bomb.length < 2 ** 20, `${bomb.length}`);
  expectError(() => unpackZip(bomb, 'm.zip'), 'model_corrupt', /would become more than \d+ bytes/);
  // Beside the model it is nobody's.
  const strays = { 'model/other.bin': large, 'bomb.bin': large, 'model/deep/weights.bin': large };
  const found = unpackZip(zipSync({ ...packed, ...strays }, { level: 1 }), 'm.zip');
  assert.deepEqual([...found.keys()].sort(), Object.keys(byName).sort());
  for (const [name, bytes] of found) assert.ok(Buffer.from(byName[name]!).equals(bytes), name);
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 * large.length);
  // A claim that is too small gets no more than it claims.
  const liar = zipSync({ ...packed, 'model/weights.bin': new Uint8Array(2 ** 24) });
  const view = new DataView(liar.buffer, liar.byteOffset, liar.length);
  const name = Buffer.from(liar).lastIndexOf('model/weights.bin');
  view.setUint32(name - 46 + 24, 10, true);
  assert.equal(unpackZip(liar, 'm.zip').get('weights.bin')!.length, 10);
});
