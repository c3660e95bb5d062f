import { servicePhases } from '../../../lib/telemetry/metric-list.js';
import { measureProcess } from '../../../lib/telemetry/process-metrics.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { stageMetrics } from '../../../lib/telemetry/stage-metrics.js';
import { FakeClock } from '../../support/fake-clock.js';

/** /metrics of a scorer that met every kind of metric, with its values written down. */
export async function sampleMetrics(): Promise<string> {
  const clock = new FakeClock();
  const metrics = createMetrics(clock);
  measureProcess(
    metrics,
    clock,
    { read: () => ({ mean: 0.0005, p99: 0.004, max: 0.25 }), reset: () => {}, stop: () => {} },
    {
      usage: () => ({ rss: 3e8, heapUsed: 5e7, heapTotal: 8e7, external: 2e7, arrayBuffers: 1e7 }),
      limit: () => 1.5 * 2 ** 30,
    },
    clock.wallMs(),
  );
  metrics.info('build', { version: '1.2.3' });
  metrics.set('serviceReady', {}, 1);
  for (const state of servicePhases) metrics.set('serviceState', { state }, state === 'running' ? 1 : 0);
  metrics.set('diskFree', {}, 1.5e12);
  metrics.set('diskSize', {}, 4e12);
  const stage = stageMetrics(metrics, 'scorer', clock);
  const nowMs = clock.wallMs();
  stage.batchIn(8192, 1_200_000);
  stage.batchIn(100, 15_000);
  stage.batchOut(8290, 400_000);
  stage.rejected('mll', 20);
  stage.deadLetters('weight_not_finite', 2);
  stage.deadLetters('kafka_message_too_large', 1);
  stage.error('kafka_unreachable');
  stage.error('kafka_unreachable');
  stage.busy(0.1);
  stage.busy(0.2);
  stage.transaction('committed', 0.03);
  stage.transaction('committed', 3);
  stage.transaction('aborted', 1000);
  stage.scored(4.2);
  stage.scored(700);
  stage.queue(2, 2_400_000);
  stage.assigned([0, 3, 7]);
  stage.progress(0, { position: 10, end: 52, oldestMs: nowMs - 90_500 });
  stage.progress(3, { position: 60, end: 60 });
  stage.progress(7, { position: 1, end: 2, oldestMs: nowMs - 1_000 });
  stage.assigned([0, 3]);
  stage.stalled(1);
  stage.checkpoint(nowMs - 2_000);
  stage.model({ version: 'old', madeMs: nowMs - 7_200_000 });
  stage.model({ version: 'e3b0c44298fc1c14', madeMs: nowMs - 3_600_000 });
  stage.scaler({ version: '3-abc', madeMs: nowMs - 86_400_000 });
  stage.epoch({ loss: 0.75, validationLoss: undefined });
  stage.epoch({ loss: 0.5, validationLoss: Number.NaN });
  stage.drift('gev', 0.31, 4);
  stage.drift('plain', 1e-7, 0);
  return metrics.text();
}
