/**
 * Peak resident memory and processor time of each service of a whole run over Kafka, one process of each and the broker on
 * the same machine (Linux). The requests of deploy/kubernetes are made from it.
 * usage: node dist/bench/kafka-memory.js [--events 1000000] [--partitions 4] [--folder F]
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { startKafka } from '../test/support/kafka/cluster.js';
import { amplifiedFiles, benchFolder } from './support/inputs.js';
import { option, print } from './support/measured.js';

const events = Number(option('events', '1000000'));
const partitions = Number(option('partitions', '4'));
const lookMs = 200;
/** Clock ticks a second in /proc. */
const ticks = 100;

interface Use {
  readonly peakMebibytes: number;
  readonly cpuSeconds: number;
}

/** What the services of a configuration have used so far, by name and process. */
function services(config: string): [string, Use][] {
  return readdirSync('/proc').flatMap((pid): [string, Use][] => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const at = words.indexOf('service');
      if (at < 0 || !words.includes(config)) return [];
      const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      const cpu = (Number(stat[11]) + Number(stat[12])) / ticks;
      return [[`${words[at + 1]} ${pid}`, { peakMebibytes: peak, cpuSeconds: cpu }]];
    } catch {
      // It has ended since.
      return [];
    }
  });
}

const folder = benchFolder();
const cluster = await startKafka();
try {
  const config = join(folder.path, 'kafka-memory.yaml');
  const output = join(folder.path, 'kafka-memory-output');
  const samples = [{ name: 'background', kind: 'background', files: amplifiedFiles(folder.path, events) }];
  const engine = { type: 'kafka', brokers: cluster.brokers.slice(0, 1) };
  const kafka = { prefix: 'memory', topics: { partitions } };
  writeFileSync(config, JSON.stringify({ input: { samples }, engine, kafka }));
  const args = [join(packageRoot, 'cli', 'rmmstream.mjs'), 'run', config, '--output', output, '--fresh'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const seen = new Map<string, Use>();
  const timer = setInterval(() => {
    for (const [name, use] of services(config)) seen.set(name, use);
  }, lookMs);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(timer);
  rmSync(output, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  for (const [name, { peakMebibytes, cpuSeconds }] of [...seen].sort())
    print(
      `${name.padEnd(18)} ${Math.round(peakMebibytes)} MiB, ${cpuSeconds.toFixed(1)} s of processor time`,
    );
} finally {
  await cluster.stop();
  folder.remove();
}
process.exit(0);
