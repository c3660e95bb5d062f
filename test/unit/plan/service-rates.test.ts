import assert from 'node:assert/strict';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { RmmError } from '../../../lib/base/error.js';
import type { Stage } from '../../../lib/telemetry/metric-list.js';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { type StageMetrics, stageMetrics } from '../../../lib/telemetry/stage-metrics.js';
import { serviceRates } from '../../../services/plan/measure/service-rates.js';
import type { Scrape } from '../../../services/top/scrape.js';

/** The page of a service whose stages have done something, as it really is. */
async function pageOf(
  did: Partial<Record<Stage, (stage: StageMetrics) => void>>,
  address = 'a:1',
): Promise<Scrape> {
  const metrics = createMetrics(systemClock);
  for (const [stage, act] of Object.entries(did)) act(stageMetrics(metrics, stage as Stage, systemClock));
  return { address, atMs: 0, samples: parseMetrics(await metrics.text()), problem: undefined };
}

test('rates are events by the time of the core, and sizes bytes by events, over all copies of a stage', async () => {
  const selector = (events: number, busy: number) => (stage: StageMetrics) => {
    stage.batchIn(events, 140 * events);
    stage.batchOut(events / 2, 50 * events);
    stage.busy(busy);
    // Less than another partition has work for: 400,000 events in the 1 + 3 s of the two copies.
    stage.transaction('committed', busy / 2);
    stage.transaction('aborted', 1000);
  };
  const { rates, selected, trained } = serviceRates([
    await pageOf({ selector: selector(300_000, 1) }, 'a:1'),
    await pageOf({
      selector: selector(100_000, 3),
      scaler_moments: (stage) => {
        stage.batchIn(200_000, 1);
        stage.busy(1);
        // More than another partition has work for: 200,000 events in half of 1 + 3 s.
        stage.transaction('committed', 3);
      },
      trainer: (stage) => {
        stage.batchIn(1_000_000, 0);
        stage.busy(8);
      },
      // A few events say nothing, of sizes neither.
      scorer: (stage) => {
        stage.batchIn(1000, 10);
        stage.batchOut(1000, 90_000);
        stage.busy(5);
      },
    }),
  ]);
  assert.equal(rates.from, 'services at work');
  assert.deepEqual(Object.fromEntries(rates.pairs), {
    selector: 100_000,
    moments: 100_000,
    trainer: 125_000,
    selected_bytes: 100,
  });
  assert.deepEqual([selected, trained], [0.5, undefined]);
});

test('a few events say nothing of the share that is selected', async () => {
  const { selected } = serviceRates([
    await pageOf({
      selector: (stage) => {
        stage.batchIn(99_999, 1);
        stage.batchOut(5, 1);
      },
      ingest: (stage) => {
        stage.batchIn(100_000, 1);
        stage.busy(1);
      },
    }),
  ]);
  assert.equal(selected, undefined);
});

test('an address that does not answer, and services that have done nothing, are told', async () => {
  const idle = await pageOf({ selector: (stage) => stage.batchIn(8192, 1) });
  const silent = { address: 'b:2', atMs: 0, samples: [], problem: 'no answer: ECONNREFUSED' };
  for (const [scrapes, message] of [
    [[idle, silent], /^--services b:2: no answer: ECONNREFUSED$/],
    [[idle], /^--services: no stage has done 100000 events yet; .*amplify --to-topic/],
  ] as const)
    assert.throws(
      () => serviceRates(scrapes),
      (error) => error instanceof RmmError && error.code === 'cli_usage' && message.test(error.message),
    );
});
