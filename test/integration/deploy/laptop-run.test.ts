import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CliResult, inFolder, runCli, startCli } from '../../support/cli.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { untilTrue } from '../../support/kafka-services.js';
import { configurationOf } from '../../support/kubernetes/configuration.js';
import { rendered, type Workload } from '../../support/kubernetes/overlays.js';
import { samples } from '../../support/small-run.js';

/*
 * There is no cluster here: the command lines of the laptop's pods run as processes, with their configuration and
 * environment, on a real Kafka. What differs are the paths and addresses of this machine.
 */

test('the pods of the laptop score the shipped sample, and end well at a signal', {
  skip: kafkaSkip,
}, async () => {
  const { ours, stages, configuration } = rendered('laptop');
  const kafka = await startKafka();
  try {
    await inFolder(async (folder) => {
      const config = join(folder, 'config.yaml');
      const [broker] = configurationOf('laptop').config.engine.brokers;
      const here = configuration.replaceAll('/data/', `${samples}/`).replace(broker!, kafka.brokers[0]!);
      writeFileSync(config, here);
      const output = join(folder, 'out');
      const environmentOf = ({ pod }: Workload): Record<string, string> => ({
        ...Object.fromEntries((pod.containers[0]!.env ?? []).map(({ name, value }) => [name, value])),
        RMMSTREAM__SERVICE__HOST: '127.0.0.1',
        RMMSTREAM__SERVICE__PORT: '0',
        RMMSTREAM__OUTPUT__DIRECTORY: output,
        // A test has less patience than a detector.
        RMMSTREAM__CONTINUOUS__SCAN_INTERVAL_MS: '200',
        RMMSTREAM__CONTINUOUS__SETTLE_MS: '500',
        RMMSTREAM__CONTINUOUS__WRITE_INTERVAL_MS: '500',
      });
      const start = (workload: Workload) => {
        const args = workload.pod.containers[0]!.args!.map((word) =>
          word.startsWith('/etc/') ? config : word,
        );
        return startCli(args, { env: environmentOf(workload) });
      };
      const topics = await start(ours.find(({ name }) => name === 'topics')!).result;
      assert.equal(topics.code, 0, topics.stderr);
      const services = stages.map((workload) => ({ name: workload.name, ...start(workload) }));
      try {
        const entries = 3000 + 3000 + 2400 + 1750 + 600;
        let last: CliResult | undefined;
        await untilTrue('the ledger closes over every file', async () => {
          last = await runCli(['ledger', config, '--output', output, '--json']);
          const { state, totals } = JSON.parse(last.stdout) as { state: string; totals: { entries: number } };
          return state === 'closed' && totals.entries === entries;
        }).catch((error: Error) => assert.fail(`${error.message}\n${last?.stdout}${last?.stderr}`));
        for (const { child } of services) child.kill('SIGTERM');
        for (const { name, result } of services) {
          const { code, stderr } = await result;
          assert.equal(code, 0, `${name}: ${stderr}`);
        }
      } finally {
        for (const { child } of services) child.kill('SIGKILL');
      }
    });
  } finally {
    await kafka.stop();
  }
});
