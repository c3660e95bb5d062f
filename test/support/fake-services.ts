import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import { createLog } from '../../lib/telemetry/log.js';
import { runService, type ServiceDefinition } from '../../services/kafka/run-service.js';
import { untilAborted } from '../../services/kafka/service-part.js';
import { manifestOf } from '../../services/pipeline/manifest.js';
import type { FakeKafka } from '../sim/support/fake-kafka.js';
import { kafkaConfig, runRecord } from './service-context.js';

/** The configuration of the services. */
export const loaded = kafkaConfig({ kafka: { topics: { partitions: 1 }, retry_max_ms: 100 } });
const manifest = manifestOf(loaded, []);
/** The run that they work for. */
export const run = {
  ...runRecord(loaded),
  program: manifest.program,
  configuration_hash: manifest.configurationHash,
  configuration: manifest.configuration,
};
const signals = new Set<() => void>();
afterEach(() => {
  // Twice: whatever hangs is forced.
  for (const signal of signals) signal();
  for (const signal of signals) signal();
  signals.clear();
});

/** A service on a cluster in memory; ended with the test. */
export function startOn(
  cluster: FakeKafka,
  definition: Partial<ServiceDefinition> = {},
  { name = 'selector' as ServiceDefinition['name'], given = loaded, connect = 0 } = {},
) {
  const lines: Record<string, unknown>[] = [];
  let signal = () => {};
  let failures = connect;
  const ended = runService(
    { name, writes: false, parts: () => [{ name: 'part', run: untilAborted }], ...definition },
    {
      loaded: given,
      host: '127.0.0.1',
      port: 0,
      clock: systemClock,
      random: () => 0.5,
      log: createLog({
        service: name,
        style: 'json',
        clock: systemClock,
        write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
        repeatIntervalMs: 0,
      }),
      onSignal(listener) {
        signal = listener;
        signals.add(listener);
        return () => signals.delete(listener);
      },
      connect: async () => {
        if (failures-- > 0) throw new RmmError('kafka_unreachable', 'no broker answers');
        return cluster.client(name);
      },
    },
  );
  const events = () => lines.map(({ event }) => event);
  const until = async (event: string) => {
    for (let turn = 0; turn < 2000 && !events().includes(event); turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(events().includes(event), `${event} in ${events().join(' ')}`);
    return lines.find((line) => line.event === event)!;
  };
  const page = async (path: string) => {
    const { port } = await until('starting');
    return fetch(`http://127.0.0.1:${String(port)}${path}`);
  };
  const ready = async () =>
    (await (await page('/ready')).json()) as { ready: boolean; reasons: { key: string; text: string }[] };
  const metrics = async () => (await page('/metrics')).text();
  return { ended, events, until, ready, metrics, signal: () => signal(), lines };
}
