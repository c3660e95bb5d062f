import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { ScoreTable } from '../../services/report/score-table.js';
import { inFolder, runCli } from '../support/cli.js';
import { runWell, sampleFile, writeConfig } from '../support/small-run.js';

test('an address where a file should be named is asked by no command', async () => {
  let asked = 0;
  const server = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  try {
    await inFolder(async (folder) => {
      const out = join(folder, 'finished');
      await runWell(['run', writeConfig(folder), '--output', out]);
      for (const scheme of ['http', 's3']) {
        const address = `${scheme}://127.0.0.1:${port}/x.root`;
        const config = writeConfig(folder, [{ name: 'zee', kind: 'background', files: [address] }]);
        for (const args of [
          ['validate', config],
          ['run', config, '--output', join(folder, 'out')],
          ['inspect', address],
          ['report', address],
          ['model', 'show', address],
          ['features', '--input', address, '--output', join(folder, 'table.parquet')],
          ['score', '--model', address, '--input', address, '--output', join(folder, 'scored')],
          ['score', '--model', join(out, 'model'), '--input', address, '--output', join(folder, 'scored')],
          ['amplify', '--input', address, '--output', join(folder, 'many.root'), '--factor', '2'],
          ['blind', 'seal', address, '--run', out, '--name', 'x'],
          ['blind', 'seal', sampleFile('mc/zee'), '--run', address, '--name', 'x'],
          ['plan', '--events', '1e6', '--hours', '1', '--measure', config],
          ['plan', '--events', '1e6', '--hours', '1', '--rates', address],
        ]) {
          const { code, stderr } = await runCli(args, { cwd: folder });
          assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${code} ${stderr}`);
        }
      }
    });
  } finally {
    server.close();
  }
  assert.equal(asked, 0);
});

test('no file of scores makes the report fetch or load code', () =>
  inFolder(async (folder) => {
    for (const address of ['https://example.invalid/x.parquet', 's3://example/x.parquet'])
      await assert.rejects(
        ScoreTable.open({
          files: [address],
          leftOut: [],
          testScale: 1,
          memoryMb: 64,
          threads: 1,
          temporary: folder,
        }),
        (error: Error) => {
          assert.match(error.message, /Missing Extension/);
          assert.doesNotMatch(error.message, /download|automatically install|Autoloading/);
          return true;
        },
      );
  }));
