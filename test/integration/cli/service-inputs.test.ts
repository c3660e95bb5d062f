import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { serviceNames } from '../../../services/kafka/stages.js';
import { inFolder, runCli, startCli } from '../../support/cli.js';

const yaml = `
engine: { type: kafka, brokers: ["127.0.0.1:1"] }
input: { samples: [{ name: zee, kind: background, files: [gone.root] }] }
`;

test('input files are needed where ingest runs, and nowhere else', async () => {
  await inFolder(async (folder) => {
    const config = join(folder, 'analysis.yaml');
    writeFileSync(config, yaml);
    const refused = await runCli(['service', 'ingest', '--config', config]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /input_file_missing.*gone\.root/);
    for (const name of serviceNames.filter((service) => service !== 'ingest')) {
      const { child, result } = startCli(['service', name, '--config', config]);
      // It waits for the broker, which is not there.
      const isUp = new Promise<void>((resolve) => {
        child.stderr!.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('"event":"fault"')) resolve();
        });
      });
      await Promise.race([isUp, result]);
      child.kill('SIGTERM');
      const { code, stderr } = await result;
      assert.equal(code, 0, `${name}: ${stderr}`);
    }
  });
});
