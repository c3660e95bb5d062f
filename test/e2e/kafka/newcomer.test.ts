import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { inFolder } from '../../support/cli.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { assertSameRun } from '../../support/kafka-run.js';

/** The commands of a page that a newcomer types, as printed. */
function walkOf(page: string): string[] {
  return [...page.matchAll(/<!-- walk: \w+ -->\n```sh\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

test('a newcomer gets from docs/kafka.md to services by hand, each command as printed, in a fresh clone', {
  skip: kafkaSkip,
}, async () => {
  const cluster = await startKafka();
  try {
    await inFolder(async (folder) => {
      const clone = join(folder, 'clone');
      execFileSync('git', ['clone', '--quiet', packageRoot, clone]);
      const commands = walkOf(readFileSync(join(clone, 'docs', 'kafka.md'), 'utf8'));
      assert.equal(commands.length, 3);
      // The page's broker is the one of a newcomer's machine.
      const script = ['set -e', ...commands].join('\n').replaceAll('127.0.0.1:9092', cluster.brokers[0]!);
      assert.ok(!script.includes(':9092'));
      writeFileSync(join(folder, 'walk.sh'), script);
      const { code, said } = await bash(join(folder, 'walk.sh'), clone);
      assert.equal(code, 0, said);
      assert.match(said, /weighted AUC/);
      assert.match(said, /made {5}by-hand\.events/);
      await assertSameRun(join(clone, 'out', 'by-hand'), join(clone, 'out', 'kafka'));
    });
  } finally {
    await cluster.stop();
  }
});

function bash(script: string, cwd: string): Promise<{ code: number | null; said: string }> {
  // What this test's own runner sets must not reach the newcomer.
  const { NODE_TEST_CONTEXT: _, RMMSTREAM_TEST_LONG: __, ...env } = process.env;
  const child = spawn('bash', [script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => said.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said: Buffer.concat(said).toString() }));
  });
}
