import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { BlockReader } from '../../../services/ingest/block-reader.js';
import { fileRecords } from '../../../services/ingest/planner.js';
import { type PlannedFile, RunState } from '../../../services/kafka/run-state.js';
import { encodeEvents } from '../../../services/wire/events.js';
import { inFolder } from '../../support/cli.js';
import { loadForTest, weighedFiles } from '../../support/inputs.js';
import { copyRootFile } from '../../support/root-copy.js';
import { sampleFile, writeConfig } from '../../support/small-run.js';

/** Files of several blocks, and a reader of them. */
async function inWorld(
  count: number,
  body: (world: { folder: string; files: readonly PlannedFile[]; reader: BlockReader }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const names = Array.from({ length: count }, (_, index) => `file-${index}.root`);
    for (const [index, name] of names.entries())
      await copyRootFile({
        from: sampleFile('mc/zee'),
        to: join(folder, name),
        entries: 2800,
        times: 6 + index,
        identity: index,
      });
    const config = writeConfig(folder, [{ name: 'zee', kind: 'background', files: names }]);
    const loaded = loadForTest(config, folder);
    const state = new RunState();
    for (const record of fileRecords({ files: await weighedFiles(loaded), weights: new Map() }, 0))
      state.apply(record, 0, 0);
    const reader = new BlockReader(loaded, new AbortController().signal);
    try {
      await body({ folder, files: state.files, reader });
    } finally {
      await reader.close();
    }
  });
}

const digestOf = (message: { readonly value: Uint8Array }) => Buffer.from(message.value).toString('base64');

test('blocks of one file that are read at the same time do not mix', async () => {
  await inWorld(1, async ({ files, reader }) => {
    const [file] = files;
    assert.equal(file!.blocks, 3);
    const blocks = [0, 1, 2, 0, 1, 2];
    // All of them wait for the file to be opened.
    const together = await Promise.all(blocks.map((block) => reader.read(file!, block, encodeEvents)));
    const again = await Promise.all(blocks.map((block) => reader.read(file!, block, encodeEvents)));
    for (const [index, block] of blocks.entries()) {
      const alone = await reader.read(file!, block, encodeEvents);
      assert.equal(digestOf(together[index]!), digestOf(alone));
      assert.equal(digestOf(again[index]!), digestOf(alone));
      assert.equal(together[index]!.headers.first, String(block * 8192));
    }
    assert.notEqual(digestOf(together[0]!), digestOf(together[1]!));
    const entries = together.slice(0, 3).map(({ headers }) => Number(headers.entries));
    assert.deepEqual(entries, [8192, 8192, 6 * 2800 - 2 * 8192]);
  });
});

test('more files than are held open at a time can be at work together', async () => {
  await inWorld(7, async ({ files, reader }) => {
    const read = () =>
      Promise.all(
        files.map(async (file) => {
          const { headers } = await reader.read(file, file.firstBlock + file.blocks - 1, encodeEvents);
          return Number(headers.first) + Number(headers.entries);
        }),
      );
    const ends = files.map(({ entries }) => entries);
    assert.deepEqual(await read(), ends);
    assert.deepEqual(await read(), ends);
    // Opened and thrown out while others wait for it.
    const mixed = [...files, ...files].map((file) => reader.read(file, file.firstBlock, encodeEvents));
    assert.equal((await Promise.all(mixed)).length, 14);
  });
});

test('another file in the place of the one that was planned is refused; a file that is away is looked for again', async () => {
  await inWorld(2, async ({ folder, files, reader }) => {
    const path = join(folder, files[0]!.name);
    renameSync(path, `${path}.away`);
    await assert.rejects(reader.read(files[0]!, 0, encodeEvents), { code: 'root_file_missing' });
    copyFileSync(join(folder, files[1]!.name), path);
    await assert.rejects(reader.read(files[0]!, 0, encodeEvents), {
      code: 'run_changed',
      message: /file-0.root \(sample zee\) is no longer the file that was planned/,
    });
    rmSync(path);
    renameSync(`${path}.away`, path);
    assert.equal((await reader.read(files[0]!, 0, encodeEvents)).headers.first, '0');
  });
});

test('a file that could not be read on is opened anew: it may have been put right meanwhile', async () => {
  await inWorld(1, async ({ folder, files, reader }) => {
    const [file] = files;
    const path = join(folder, file!.name);
    copyFileSync(path, `${path}.sound`);
    await reader.read(file!, 0, encodeEvents);
    truncateSync(path, 2000);
    await assert.rejects(reader.read(file!, 2, encodeEvents), { code: 'root_truncated' });
    renameSync(`${path}.sound`, path);
    assert.equal((await reader.read(file!, 2, encodeEvents)).headers.first, String(2 * 8192));
  });
});

test('a file that is written over while it is open is refused as another one', async () => {
  await inWorld(1, async ({ folder, files, reader }) => {
    const [file] = files;
    const other = join(folder, 'other.root');
    await copyRootFile({ from: sampleFile('mc/zee'), to: other, entries: 2800, times: 6, identity: 9 });
    await reader.read(file!, 0, encodeEvents);
    writeFileSync(join(folder, file!.name), readFileSync(other));
    await assert.rejects(reader.read(file!, 2, encodeEvents), { code: 'run_changed' });
  });
});

test('a file that cannot be read is refused as such, again and again', async () => {
  await inWorld(1, async ({ folder, files, reader }) => {
    writeFileSync(join(folder, files[0]!.name), 'no file of ROOT');
    for (let round = 0; round < 2; round += 1)
      await assert.rejects(reader.read(files[0]!, 0, encodeEvents), { code: 'root_not_a_root_file' });
  });
});

test('a file that the configuration does not name is not opened, whoever planned it', async () => {
  await inWorld(1, async ({ folder, files, reader }) => {
    const [planned] = files;
    const other = join(folder, 'other.root');
    copyFileSync(join(folder, planned!.name), other);
    for (const changed of [
      { name: 'other.root' },
      { name: other },
      { name: `../${folder.split('/').at(-1)}/${planned!.name}` },
      { name: `./${planned!.name}` },
      { name: '/etc/hostname' },
      { sample: 'wjets' },
    ])
      await assert.rejects(
        reader.read({ ...planned!, ...changed }, 0, encodeEvents),
        { code: 'run_changed', message: /no pattern of input\.samples/ },
        JSON.stringify(changed),
      );
    await reader.read(planned!, 0, encodeEvents);
  });
});
