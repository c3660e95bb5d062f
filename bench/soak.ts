/**
 * Runs an engine at full speed for a long time on amplified events, and says whether memory and open descriptors stay
 * flat, whether every event is accounted for, and how long events are on their way. Linux only (/proc). Ends with 1 where
 * something grows or the ledger does not close.
 * usage: node dist/bench/soak.js --engine embedded|kafka [--minutes 30] [--config samples/config.yaml] [--folder F]
 *   [--events 500000] (embedded: of one run) [--max-waiting 200000] (kafka: events on their way) [--sample-seconds 5]
 *   [--rate EVENTS_PER_SECOND] (kafka; as fast as the slowest stage by default) [--warm-up MINUTES] [--json FILE]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { option, print } from './support/measured.js';
import { soakEmbedded } from './support/soak/embedded.js';
import { soakKafka } from './support/soak/kafka.js';
import { judge, verdictText } from './support/soak/outcome.js';
import { Samples } from './support/soak/samples.js';

const minutes = Number(option('minutes', '30'));
const engine = option('engine', 'embedded');
/** A fifth of the time, at least two minutes: heaps and caches grow to their size, and blocks of the load to theirs. */
const warmUpSeconds = 60 * Number(option('warm-up', String(Math.max(2, minutes / 5))));
const given = option('folder', '');
const folder = given === '' ? mkdtempSync(join(tmpdir(), 'rmmstream-soak-')) : resolve(given);
const samples = new Samples();
const common = {
  config: resolve(option('config', join(packageRoot, 'samples', 'config.yaml'))),
  folder,
  seconds: 60 * minutes,
  warmUpSeconds,
  sampleMs: 1000 * Number(option('sample-seconds', '5')),
  samples,
};

if (!(minutes > 0) || !['embedded', 'kafka'].includes(engine)) {
  print('usage: node dist/bench/soak.js --engine embedded|kafka [--minutes 30]');
  process.exit(2);
}
try {
  const load = loadavg().map((value) => value.toFixed(1));
  const soaked =
    engine === 'kafka'
      ? await soakKafka({
          ...common,
          maxWaiting: Number(option('max-waiting', '200000')),
          rate: option('rate', '') === '' ? undefined : Number(option('rate', '')),
        })
      : await soakEmbedded({ ...common, events: Number(option('events', '500000')) });
  const verdict = judge(engine, soaked, samples, warmUpSeconds);
  print(verdictText(verdict));
  print(`load averages ${load.join(' ')} before, ${loadavg()[0]!.toFixed(1)} after`);
  const file = option('json', '');
  if (file !== '') writeFileSync(file, JSON.stringify({ ...verdict, series: samples.all }));
  process.exitCode = verdict.isFlat && verdict.isClosed ? 0 : 1;
} finally {
  if (given === '') rmSync(folder, { recursive: true, force: true });
}
// Children or connections that hang must not keep a finished soak.
process.exit();
