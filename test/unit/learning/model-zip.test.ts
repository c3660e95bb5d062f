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

/** An archive in whose central directory a file says that it becomes `size` bytes. */
function claiming(entries: Readonly<Record<string, Uint8Array>>, name: string, size: number): Uint8Array {
  const zip = zipSync(entries);
  const header = Buffer.from(zip.buffer, zip.byteOffset, zip.length).lastIndexOf(name) - 46;
  new DataView(zip.buffer, zip.byteOffset, zip.length).setUint32(header + 24, size, true);
  return zip;
}

test('an archive that unfolds beyond what a model can be is refused before it does', () => {
  const most = /would become more than \d+ bytes/;
  for (const name of ['weights.bin', 'model.json', 'record.json'])
    for (const size of [2 ** 27, 0xfffffff0])
      expectError(() => unpackZip(claiming(packed, `model/${name}`, size), 'm.zip'), 'model_corrupt', most);
  // Beside the model it is nobody's, and not unpacked.
  const stray = new Uint8Array(1000);
  for (const name of ['model/other.bin', 'bomb.bin', 'model/deep/weights.bin']) {
    const found = unpackZip(claiming({ ...packed, [name]: stray }, name, 0xfffffff0), 'm.zip');
    assert.deepEqual([...found.keys()].sort(), Object.keys(byName).sort());
    for (const [own, bytes] of found) assert.ok(Buffer.from(byName[own]!).equals(bytes), own);
  }
  // A claim that is too small gets no more than it claims.
  const large = { ...packed, 'model/weights.bin': new Uint8Array(2 ** 22) };
  const liar = unpackZip(claiming(large, 'model/weights.bin', 10), 'm.zip');
  assert.equal(liar.get('weights.bin')!.length, 10);
});
