import assert from 'node:assert/strict';
import test from 'node:test';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';
import type { BrokerFacts } from '../../../services/live/kafka/broker-facts.js';
import { kafkaFlow } from '../../../services/live/kafka/kafka-flow.js';
import { StageKeeper } from '../../../services/live/kafka/stage-keeper.js';
import { stageSamples } from '../../../services/live/kafka/stage-samples.js';
import { LiveModel } from '../../../services/live/model/live-model.js';
import { kafkaConfig } from '../../support/service-context.js';

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
rmmstream_training_loss{stage="trainer"} 0.5
rmmstream_training_epochs_total{stage="trainer"} 4
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
  const { loss, validationLoss, epochs } = stageSamples([first, second], 'trainer', 0)!;
  assert.deepEqual([loss, validationLoss, epochs], [0.5, 0.25, 4]);
});

function world() {
  const flow = kafkaFlow(kafkaConfig().config);
  const model = new LiveModel({
    engine: 'kafka',
    title: '',
    flow,
    phases: [],
    control: { available: false, why: '' },
    limits: [],
    score: { score: 'error', isLog: true, luminosityFb: 1, luminosityOf: 'configuration' },
    startedMs: 0,
  });
  model.runState('running', 0);
  model.phase('scorer', 'running');
  const keeper = new StageKeeper(model, flow.stages);
  const stage = (name: string) => model.section('flow').stages.find(({ stage }) => stage === name)!;
  return { model, keeper, stage };
}

const facts = (
  members: number,
  whole: BrokerFacts['whole'] = { eventsIn: 1_000, eventsOut: 900 },
): ReadonlyMap<string, BrokerFacts> => new Map([['scorer', { lag: 7, members, whole }]]);
const scrape = (samples: typeof first, address = 'a:1') => ({
  address,
  atMs: 0,
  samples,
  problem: undefined,
});

test('what brokers know holds without any service, and copies that left are missed', () => {
  const { model, keeper, stage } = world();
  const scorer = () => stage('scorer');
  keeper.take([], facts(2), 1_000);
  model.tick(1_000);
  assert.deepEqual([scorer().eventsIn, scorer().lag, scorer().copies], [1_000, 7, { up: 2, known: 2 }]);
  keeper.take([scrape(first), scrape(second, 'b:1')], facts(1), 2_000);
  model.tick(2_000);
  assert.deepEqual(
    [scorer().eventsIn, scorer().lagSeconds, scorer().copies],
    [1_000, 9, { up: 1, known: 2 }],
  );
  keeper.take([scrape(second, 'b:1')], facts(0), 3_000);
  model.tick(3_000);
  assert.equal(scorer().health, 'unreachable');
  keeper.take([{ ...scrape([]), problem: 'no answer' }], undefined, 4_000);
  model.tick(4_000);
  assert.deepEqual([scorer().eventsIn, scorer().lag], [1_000, 7], 'without an answer the last word stands');
});

test('positions that are not settled for a while neither empty the page nor make a peak', () => {
  const { model, keeper, stage } = world();
  const rates: number[] = [];
  const look = (second: number, whole: BrokerFacts['whole']) => {
    // The process has begun just now: its own counts are others than those of the run.
    keeper.take(
      [scrape(first)],
      new Map([['scorer', { lag: whole && 7, members: 1, whole }]]),
      second * 1000,
    );
    model.tick(second * 1000);
    rates.push(stage('scorer').rateIn);
  };
  look(1, { eventsIn: 1e6, eventsOut: 1e6 });
  look(2, { eventsIn: 1e6 + 10, eventsOut: 1e6 + 10 });
  look(3, undefined);
  assert.equal(stage('scorer').eventsIn, 1e6 + 10);
  look(4, { eventsIn: 1e6 + 20, eventsOut: 1e6 + 20 });
  assert.ok(Math.max(...rates) <= 10, rates.join(' '));
});

const training = (epochs: number, loss: number, validation: number | string) =>
  scrape(
    parseMetrics(`
rmmstream_input_batches_total{stage="trainer"} 7
rmmstream_training_epochs_total{stage="trainer"} ${epochs}
rmmstream_training_loss{stage="trainer"} ${loss}
rmmstream_validation_loss{stage="trainer"} ${validation}
`),
    't:1',
  );

test('both losses are shown, each epoch at its number, also where some were missed or a trainer began again', () => {
  const { model, keeper } = world();
  keeper.take([training(0, 0, 'NaN')], undefined, 1_000);
  assert.deepEqual(model.section('training').epochs, [], 'no epoch has ended');
  keeper.take([training(1, 0.9, 0.8)], undefined, 2_000);
  keeper.take([training(1, 0.9, 0.8)], undefined, 3_000);
  keeper.take([training(4, 0.5, '+Inf')], undefined, 4_000);
  keeper.take([training(1, 0.5, 0.6)], undefined, 5_000);
  assert.deepEqual(
    model
      .section('training')
      .epochs.map(({ number, loss, validationLoss }) => [number, loss, validationLoss]),
    [
      [1, 0.9, 0.8],
      [4, 0.5, undefined],
      [5, 0.5, 0.6],
    ],
  );
});

test('services that answer later than the brokers make no peak, and what they met before is no alarm of now', () => {
  const { model, keeper, stage } = world();
  const trainer = { lag: undefined, members: 1, whole: undefined };
  const look = (second: number, scrapes: ReturnType<typeof scrape>[]) => {
    keeper.take(scrapes, new Map([...facts(1), ['trainer', trainer]]), second * 1000);
    model.tick(second * 1000);
    return [stage('trainer'), stage('scorer')].map(({ rateIn, busy, health }) => [rateIn, busy, health]);
  };
  assert.deepEqual(stage('trainer').copies, undefined);
  look(1, []);
  assert.deepEqual(stage('trainer').copies, { up: 1, known: 1 });
  const late = scrape(
    parseMetrics(`
rmmstream_input_batches_total{stage="trainer"} 7
rmmstream_input_events_total{stage="trainer"} 700000
rmmstream_busy_seconds_total{stage="trainer"} 500
rmmstream_input_batches_total{stage="scorer"} 3
rmmstream_stage_errors_total{stage="scorer",code="io_failed"} 4
`),
  );
  for (const second of [2, 3])
    for (const [rate, busy, health] of look(second, [late]))
      assert.deepEqual([rate, busy, health], [0, 0, 'waiting'], `at ${second}`);
  assert.deepEqual(model.section('troubles'), [
    { stage: 'scorer', code: 'io_failed', count: 4, atMs: undefined },
  ]);
});
