import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import test from 'node:test';
import { inFolder, runCli, startCli } from '../../support/cli.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { writeConfig } from '../../support/small-run.js';

/** A configuration over Kafka whose broker is at that port. */
function configAt(folder: string, port: number): string {
  writeConfig(folder);
  return writeKafkaConfig(folder, 'kafka.yaml', [`127.0.0.1:${port}`], { request_timeout_ms: 5_000 });
}

test('a dashboard that waits for a broker hears the first interrupt, and ends with the second one', async () => {
  const broker = createServer();
  await new Promise<void>((listening) => broker.listen(0, '127.0.0.1', listening));
  const { port } = broker.address() as AddressInfo;
  try {
    await inFolder(async (folder) => {
      const config = configAt(folder, port);
      const connected = new Promise((resolve) => broker.once('connection', resolve));
      const { child, result } = startCli(['dashboard', '--config', config, '--serve', '0']);
      child.stderr!.on('data', (text: Buffer) => {
        if (String(text).includes('a second interrupt ends at once')) child.kill('SIGINT');
      });
      // A broker that never answers.
      await connected;
      child.kill('SIGINT');
      const { code, stderr } = await result;
      assert.equal(code, 130, stderr);
    });
  } finally {
    broker.close();
  }
});

test('a run over Kafka takes neither --serve nor --keep-serving', () =>
  inFolder(async (folder) => {
    const config = configAt(folder, 1);
    for (const [option, words] of [
      ['--serve', /--serve works with engine\.type: embedded only.*rmmstream dashboard/],
      ['--keep-serving', /--keep-serving works with engine\.type: embedded only/],
    ] as const) {
      const { code, stderr } = await runCli(['run', config, option]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    }
  }));
