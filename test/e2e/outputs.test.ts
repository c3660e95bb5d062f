import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../lib/base/package-root.js';
import { inFolder, runCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { runWell, sampleFile, writeConfig } from '../support/small-run.js';
import { readTable } from '../support/tables.js';

const zee = sampleFile('mc/zee');

test('an output directory that cannot be written is refused with exit code 2', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder);
    const file = join(folder, 'file');
    writeFileSync(file, 'mine');
    for (const [output, words] of [
      [file, ['it is a file', '--output']],
      [join(file, 'below'), ['ENOTDIR', '--output']],
      // node's own recursive mkdir never comes back from here
      ...(existsSync('/proc/self') ? [['/proc/rmmstream/out', ['ENOENT', '--output']] as const] : []),
    ] as const) {
      expectFailure(await runCli(['run', config, '--output', output]), 2, 'output_unwritable', words);
    }
    assert.equal(readFileSync(file, 'utf8'), 'mine');
  });
});

test('features refuses an output that is a directory, below a file, or one of its inputs', async () => {
  await inFolder(async (folder) => {
    const input = join(folder, 'zee.root');
    copyFileSync(zee, input);
    for (const [output, words] of [
      [folder, ['is a directory, expected a file name']],
      [join(input, 'x.parquet'), ['cannot be written', '--output']],
      [input, ['is one of the input files']],
    ] as const) {
      const result = await runCli(['features', '--input', input, '--output', output]);
      expectFailure(result, 2, 'output_unwritable', words);
    }
    assert.deepEqual(readFileSync(input), readFileSync(zee));
    assert.deepEqual(readdirSync(folder), ['zee.root']);
  });
});

test('what is not of a run is neither overwritten nor deleted', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder);
    const theirs = join(folder, 'theirs');
    mkdirSync(join(theirs, 'model'), { recursive: true });
    writeFileSync(join(theirs, 'model', 'notes.txt'), 'mine');
    for (const more of [[], ['--fresh']]) {
      const result = await runCli(['run', config, '--output', theirs, ...more]);
      expectFailure(result, 2, 'not_a_run', ['holds model', 'no run of rmmstream']);
    }
    assert.equal(readFileSync(join(theirs, 'model', 'notes.txt'), 'utf8'), 'mine');
  });
});

test('a run into a folder with files of its owner leaves them alone, temporary ones too', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder);
    mkdirSync(join(folder, 'letters'));
    const theirs = [join(folder, 'draft.tmp'), join(folder, 'letters', '.a.tmp')];
    for (const path of theirs) writeFileSync(path, 'mine');
    await runWell(['run', config, '--output', folder, '--max-events', '600']);
    for (const path of theirs) assert.equal(readFileSync(path, 'utf8'), 'mine');
  });
});

const entry = join(packageRoot, 'dist', 'test', 'support', 'cli-process.js');

/** Runs the command with a small disk of its own mounted over FOLDER/disk, in a user namespace. */
function onSmallDisk(folder: string, size: string, command: string) {
  const disk = join(folder, 'disk');
  mkdirSync(disk, { recursive: true });
  const script = `mount -t tmpfs -o size=${size} tmpfs ${disk} && ${command}; code=$?; ls -RA ${disk}; exit $code`;
  return spawnSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8', timeout: 120_000 });
}

const probe = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /tmp'], {
  encoding: 'utf8',
});
const noSmallDisk =
  probe.status === 0 ? false : `no small disk can be mounted here: ${probe.stderr ?? probe.error?.message}`;

// A container may forbid namespaces of its own, and then there is no disk to fill.
if (noSmallDisk === false || process.env.CI !== 'true') {
  test('a disk that is too small is found out before the start', { skip: noSmallDisk }, async () => {
    await inFolder(async (folder) => {
      const config = writeConfig(folder);
      const { status, stderr } = onSmallDisk(
        folder,
        '1m',
        `${process.execPath} ${entry} run ${config} --output ${folder}/disk/out`,
      );
      assert.equal(status, 1, stderr);
      assert.match(
        stderr,
        /error\[disk_full\]: the disk of .*disk\/out has \d MB free and the run may need \d+ MB/,
      );
    });
  });

  test('a disk that fills up in the middle: exit 1, disk_full, no half table', {
    skip: noSmallDisk,
  }, async () => {
    await inFolder(async (folder) => {
      const { status, stderr, stdout } = onSmallDisk(
        folder,
        '64k',
        `${process.execPath} ${entry} features --input ${zee} --output ${folder}/disk/table.parquet`,
      );
      assert.equal(status, 1, stderr);
      assert.match(stderr, /error\[disk_full\]: no room left on the disk while writing .*table\.parquet/);
      assert.doesNotMatch(stdout, /table\.parquet/);
    });
  });
}

test('two commands do not write one table at the same time', async () => {
  await inFolder(async (folder) => {
    const output = join(folder, 'table.parquet');
    const args = ['features', '--input', zee, '--output', output];
    const results = await Promise.all([runCli(args), runCli(args)]);
    const codes = results.map(({ code }) => code).sort();
    // Where one was done before the other began, both end well.
    assert.ok(codes[0] === 0 && (codes[1] === 0 || codes[1] === 2), JSON.stringify(results));
    for (const result of results)
      if (result.code === 2) expectFailure(result, 2, 'run_locked', [`is writing ${output}`]);
    assert.deepEqual(readdirSync(folder), ['table.parquet']);
    assert.equal((await readTable(output)).weight!.length, 2894);
  });
});
