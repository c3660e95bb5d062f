import assert from 'node:assert/strict';
import test from 'node:test';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';
import { type BrokerFacts, StageKeeper } from '../../../services/live/kafka/kafka-look.js';
import { stageSamples } from '../../../services/live/kafka/stage-samples.js';
import { kafkaFlow } from '../../../services/live/model/flows.js';
import { LiveModel } from '../../../services/live/model/live-model.js';

const first = parseMetrics(`
rmmstream_input_batches_total{stage="scorer"} 3
rmmstream_input_events_total{stage="scorer"} 300
rmmstream_output_events_total{stage="scorer"} 250
rmmstream_busy_seconds_total{stage="scorer"} 1.5
rmmstream_lag_seconds{stage="scorer",partition="0"} 4
rmmstream_lag_seconds{stage="scorer",partition="1"} 9
rmmstream_queue_batches{stage="scorer"} 2
rmmstream_checkpoint_age_seconds{stage="scorer"} 5
rmmstream_dead_letters_total{stage="scorer",reason="wire_message_invalid"} 2
rmmstream_model_info{stage="scorer",version="old"} 0
rmmstream_model_info{stage="scorer",version="abc"} 1
rmmstream_input_batches_total{stage="feature_files"} 1
`);
const second = parseMetrics(`
rmmstream_input_batches_total{stage="scorer"} 1
rmmstream_input_events_total{stage="scorer"} 100
rmmstream_checkpoint_age_seconds{stage="scorer"} 20
rmmstream_dead_letters_total{stage="scorer",reason="wire_message_invalid"} 1
rmmstream_stage_errors_total{stage="scorer",code="io_failed"} 4
rmmstream_validation_loss{stage="trainer"} 0.25
rmmstream_input_batches_total{stage="trainer"} 7
`);

test('copies of a stage are summed; of ages the largest counts', () => {
  const found = stageSamples([first, second], 'scorer', 100_000)!;
  assert.deepEqual(
    [found.totals.eventsIn, found.totals.eventsOut, found.totals.batches, found.totals.seconds],
    [400, 250, 4, 1.5],
  );
  assert.deepEqual([found.totals.lagSeconds, found.totals.checkpointMs], [9, 80_000]);
  assert.deepEqual([...found.letters], [['wire_message_invalid', 3]]);
  assert.deepEqual([...found.errors], [['io_failed', 4]]);
  assert.deepEqual([found.model, found.totals.queueBatches, found.totals.queueBytes], ['abc', 2, undefined]);
  assert.equal(stageSamples([first, second], 'selector', 0), undefined);
  assert.equal(stageSamples([first, second], 'trainer', 0)?.validationLoss, 0.25);
});

test('what brokers know holds without any service, and copies that left are missed', () => {
  const model = new LiveModel({
    engine: 'kafka',
    title: '',
    flow: kafkaFlow,
    phases: [],
    control: { available: false, why: '' },
    limits: [],
    score: { score: 'error', isLog: true, luminosityFb: 1 },
    startedMs: 0,
  });
  const keeper = new StageKeeper(model, kafkaFlow.stages);
  const facts = (members: number): ReadonlyMap<string, BrokerFacts> =>
    new Map([['scorer', { lag: 7, members, eventsIn: 1_000, eventsOut: 900 }]]);
  const scrape = (samples: typeof first) => ({ address: 'a:1', atMs: 0, samples, problem: undefined });
  const scorer = () => model.section('flow').stages.find(({ stage }) => stage === 'scorer')!;
  model.runState('running', 0);
  keeper.take([], facts(2), 1_000);
  model.tick(1_000);
  assert.deepEqual([scorer().eventsIn, scorer().lag, scorer().copies], [1_000, 7, { up: 2, known: 2 }]);
  keeper.take([scrape(first), scrape(second)], facts(1), 2_000);
  model.tick(2_000);
  assert.deepEqual(
    [scorer().eventsIn, scorer().lagSeconds, scorer().copies],
    [1_000, 9, { up: 1, known: 2 }],
  );
  assert.deepEqual(
    model.section('training').epochs.map(({ validationLoss }) => validationLoss),
    [0.25],
  );
  keeper.take([scrape(second)], facts(0), 3_000);
  model.tick(3_000);
  assert.equal(scorer().health, 'unreachable');
  assert.equal(model.section('training').epochsSeen, 1, 'the same loss is no further epoch');
  keeper.take([{ ...scrape([]), problem: 'no answer' }], undefined, 4_000);
  model.tick(4_000);
  assert.equal(scorer().eventsIn, 1_000, 'without an answer the last word stands');
});
