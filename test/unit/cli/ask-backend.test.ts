import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { askBackend } from '../../../cli/ask-backend.js';
import { inFolder } from '../../support/cli.js';

const never = new AbortController().signal;
const request = { name: 'onnxruntime-web', threads: 1 };

/** Asks a process whose program is given. */
async function asked(program: string, signal = never): Promise<unknown> {
  let found: unknown;
  await inFolder(async (folder) => {
    const path = join(folder, 'child.mjs');
    writeFileSync(path, program);
    found = await askBackend(request, signal, pathToFileURL(path)).catch((error: Error) => error.message);
  });
  return found;
}

test('a backend that works says its version, and how quick it is where it is asked', async () => {
  const { version, measure } = await askBackend(request, never);
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.equal(measure, undefined);
  const measured = await askBackend({ ...request, seconds: 0 }, never);
  assert.ok(measured.measure!.trainRows > 0);
  assert.equal(measured.measure!.squares.length, 2048);
});

test('one that does not work says why', async () => {
  await assert.rejects(askBackend({ ...request, name: 'onnxruntime-node+cuda' }, never), /CUDA|cuda/);
});

test('one that ends its process is named with how, and what it wrote', async () => {
  const wrote = "process.stderr.write('bad driver\\nmore\\n', () => ";
  assert.equal(await asked(`${wrote}process.exit(3))`), 'its process ended with code 3: bad driver');
  assert.equal(
    await asked(`${wrote}process.kill(process.pid, 'SIGSEGV'))`),
    'its process ended with SIGSEGV: bad driver',
  );
  assert.equal(await asked('process.exit(0)'), 'its process ended with code 0');
});

test('what it writes beside its answer is not heard, and it need not end by itself', async () => {
  const program = `
    console.error('warning: no Vulkan');
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    process.once('message', ({ name }) => process.send({ version: name }));`;
  assert.deepEqual(await asked(program), { version: request.name });
});

test('an interrupt ends it', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  assert.equal(await asked('setInterval(() => {}, 1000)', stop.signal), 'its process ended with SIGKILL');
});
