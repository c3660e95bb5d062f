import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { ScoreTable } from '../../services/report/score-table.js';
import { inFolder, runCli } from '../support/cli.js';
import { writeConfig } from '../support/small-run.js';

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
      for (const scheme of ['http', 's3']) {
        const address = `${scheme}://127.0.0.1:${port}/x.root`;
        const config = writeConfig(folder, [{ name: 'zee', kind: 'background', files: [address] }]);
        for (const args of [
          ['validate', config],
          ['run', config, '--output', join(folder, 'out')],
          ['inspect', address],
          ['report', address],
          ['model', 'show', address],
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
