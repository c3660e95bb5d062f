import assert from 'node:assert/strict';
import test from 'node:test';
import { type CapacityPlan, planCapacity } from '../../../services/plan/plan.js';
import type { Quantity } from '../../../services/plan/quantity.js';
import { measuredRates } from '../../../services/plan/rates.js';
import type { PlanRequest } from '../../../services/plan/request.js';
import { request } from '../../support/plan-request.js';

/** Computes a formula as a person would, from the inputs that stand beside it. */
function compute({ formula, inputs }: Quantity): number {
  const names = Object.keys(inputs);
  const script = formula.replaceAll(' x ', ' * ').replace(/\b(ceil|floor|max|min|sqrt)\(/g, 'Math.$1(');
  return new Function(...names, `return ${script};`)(...Object.values(inputs)) as number;
}

const busy: readonly PlanRequest[] = [
  request,
  { ...request, hours: 2, epochs: 1 },
  { ...request, mode: 'continuous', hours: 4, epochs: 1, retentionHours: 1 },
  { ...request, events: 1e6, hours: 1 },
];

test('every formula that is shown gives the number that is shown, from the inputs that are shown', () => {
  for (const one of busy) {
    const { quantities } = planCapacity(one);
    assert.ok(quantities.length > 25);
    for (const found of quantities) {
      if (found.name === 'partitions') continue;
      const value = compute(found);
      assert.ok(
        Math.abs(value - found.value) <= 1e-9 * Math.abs(found.value),
        `${found.name}: ${value} is not ${found.value}`,
      );
    }
  }
});

/** Constants, and what the formula of the partitions says itself. */
const given = new Set(['growth', 'unevenness', 'kept', 'all_copies', 'even_copies']);

test('every number that a plan shows has a formula of its own, and a formula has no other inputs than these', () => {
  for (const one of busy) {
    const plan = planCapacity(one);
    const { loads, spread, storage, network, brokers, services } = plan;
    const shown = new Map(plan.quantities.map(({ name, value }) => [name, value]));
    assert.equal(shown.size, plan.quantities.length);
    const expected: Readonly<Record<string, number>> = {
      'disk of topics': storage.topics,
      'disk of the output': storage.outputs,
      'disk of input files': storage.input,
      'network from input files': network.input,
      'network of producers': network.produced,
      'network of consumers': network.consumed,
      'network between brokers': network.replicated,
      brokers: brokers.brokers,
      partitions: spread.partitions,
      training: loads.trainSeconds,
      ...Object.fromEntries(loads.stages.map(({ stage, load }) => [`load of ${stage}`, load])),
      ...Object.fromEntries(spread.stages.map(({ stage, copies }) => [`copies of ${stage}`, copies])),
      ...Object.fromEntries(spread.stages.map(({ stage, use }) => [`use of ${stage}`, use])),
      ...(one.mode === 'continuous'
        ? {
            'rate of scaler beside moments': spread.stages.find(({ stage }) => stage === 'scaler')!.rate,
            'rate of scorer beside feature_files': spread.stages.find(({ stage }) => stage === 'scorer')!
              .rate,
          }
        : {
            ...Object.fromEntries(loads.phases.map(({ name, seconds }) => [`phase ${name}`, seconds])),
            'processes of scaler': services.scaler,
            'processes of scorer': services.scorer,
          }),
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(shown.get(name), value, name);
    // What a formula takes is a given number, or the value of another line.
    const known = new Set([...shown.values(), ...Object.values(one.rates)]);
    for (const value of Object.values(one)) if (typeof value === 'number') known.add(value);
    for (const { name, inputs } of plan.quantities)
      for (const [input, value] of Object.entries(inputs))
        if (!given.has(input)) assert.ok(known.has(value), `${input} of ${name}`);
  }
});

/** A plan with round numbers, computed by hand. */
test('a small plan is what a person computes', () => {
  const rates = {
    ...measuredRates,
    ingest: 100,
    selector: 200,
    featurizer: 50,
    moments: 100,
    feature_files: 50,
    scaler: 100,
    scorer: 25,
    trainer: 1000,
  };
  // Per 1,000 events: 500 selected, 250 trained for 4 epochs: 1 s of training.
  const plan = planCapacity({
    ...request,
    events: 3_600_000,
    hours: 4,
    headroom: 2,
    selected: 0.5,
    trained: 0.5,
    epochs: 4,
    rates,
  });
  assert.equal(plan.loads.trainSeconds, 3600);
  // 36,000 + 18,000 + 36,000 + 18,000 + 36,000 to read, 18,000 to scale, 72,000 to score; their roots share 3,600 s:
  // 379.5, 134.2 and 268.3 of 782.0.
  assert.deepEqual(
    plan.loads.phases.map(({ name, work, seconds }) => [name, work, Math.round(seconds)]),
    [
      ['read', 144_000, 1747],
      ['scale', 18_000, 618],
      ['score', 72_000, 1235],
    ],
  );
  assert.deepEqual(
    plan.spread.stages.map(({ stage, load, rate }) => [stage, Math.round((100 * load) / rate) / 100]),
    [
      ['ingest', 20.61],
      ['selector', 10.3],
      ['featurizer', 20.61],
      ['moments', 10.3],
      ['feature_files', 20.61],
      ['scaler', 29.14],
      ['scorer', 58.28],
    ],
  );
  const { services, spread } = plan;
  assert.ok(services.scorer >= 59 && services.scorer <= 62, `${services.scorer}`);
  assert.equal(services.scaler, spread.stages.find(({ stage }) => stage === 'scaler')!.copies);
  assert.equal(services.trainer, 1);
  assert.ok(spread.partitions >= 2 * services.scorer);
});

test('other times of the phases take more copies', () => {
  const { phases } = planCapacity(request).loads;
  const copies = (times: readonly number[]) =>
    phases.reduce((sum, { work }, index) => sum + work / times[index]!, 0);
  const planned = phases.map(({ seconds }) => seconds);
  for (const [more, less] of [
    [0, 1],
    [1, 2],
    [2, 0],
  ] as const) {
    const other = [...planned];
    other[more]! += 100;
    other[less]! -= 100;
    assert.ok(copies(other) > copies(planned));
  }
});

test('a run without end has no phases: everything at once, the two parts of the scaler in one, and those of the scorer', () => {
  const plan = planCapacity({ ...request, mode: 'continuous', hours: 4, epochs: 1 });
  assert.deepEqual(
    plan.spread.stages.map(({ stage }) => stage),
    ['ingest', 'selector', 'featurizer', 'scaler', 'scorer'],
  );
  const { ingest, scaler, scorer } = Object.fromEntries(
    plan.spread.stages.map((stage) => [stage.stage, stage]),
  );
  const { moments, scaler: scaling, feature_files: files, scorer: scoring } = measuredRates;
  assert.ok(Math.abs(1 / scaler!.rate - (1 / moments + 1 / scaling)) < 1e-15);
  assert.ok(Math.abs(1 / scorer!.rate - (1 / files + 1 / scoring)) < 1e-15);
  assert.ok(Math.abs(ingest!.load - (1.5 * 1e9) / 14_400) < 1e-6);
  assert.ok(Math.abs(scorer!.load - (1.5 * 0.83e9) / 14_400) < 1e-6);
});

test('retention bounds what is read once, by the time in which it is written, and nothing else', () => {
  const disk = (plan: CapacityPlan, name: string) =>
    plan.quantities.find((found) => found.name === `disk of topic ${name}`)!.value;
  const expectShare = (given: PlanRequest, retentionHours: number, share: number) => {
    const [all, bounded] = [planCapacity(given), planCapacity({ ...given, retentionHours })];
    for (const topic of ['events', 'selected']) {
      const kept = disk(bounded, topic) / disk(all, topic);
      assert.ok(Math.abs(kept - share) < 1e-9, `${kept} of ${topic}, expected ${share}`);
    }
    for (const topic of ['features', 'scaled']) assert.equal(disk(bounded, topic), disk(all, topic));
  };
  // A copy of ingest reads the files in 1e9 / 363,000 s, less than an hour of the 24: within 6 h nothing is deleted.
  expectShare(request, 6, 1);
  expectShare(request, 0.5, 1800 / (1e9 / 363_000));
  // Three of them read in a third of the time.
  const hasty = { ...request, rates: { ...measuredRates, ingest: 100_000, trainer: 1e9 } };
  const { load } = planCapacity(hasty).loads.stages[0]!;
  expectShare(hasty, 0.1, 360 / (1e9 / (100_000 * Math.ceil(load / 100_000))));
  // Without end events come evenly, 1.5 times as fast as on the mean.
  const endless = { ...request, mode: 'continuous', epochs: 1 } as const;
  expectShare(endless, 6, 6 / 16);
  expectShare(endless, 48, 1);
});

test('brokers are enough for replicas, bytes and disks', () => {
  assert.equal(planCapacity({ ...request, events: 1e6 }).brokers.brokers, 3);
  assert.equal(planCapacity({ ...request, events: 1e6, replication: 1 }).brokers.brokers, 1);
  assert.equal(planCapacity({ ...request, brokerDisk: 1e11 }).brokers.brokers, Math.ceil(1460.31 / 80));
  const fast = planCapacity({ ...request, hours: 1.2, epochs: 1, trained: 0.1 });
  assert.ok(fast.brokers.brokers > 3 && fast.spread.partitions >= fast.brokers.brokers);
});

test('brokers are counted in the phase that keeps them busiest, not in the one with most bytes', () => {
  // The phase score reads most bytes a second and writes none; the phase scale, which is long, writes what it reads.
  const sizes = { events_bytes: 1000, selected_bytes: 0.001, features_bytes: 0.001, scaled_bytes: 4000 };
  const rates = {
    ...measuredRates,
    ...sizes,
    broker_write: 1e7,
    broker_read: 1e9,
    scaler: 1e4,
    trainer: 1e12,
  };
  const plan = planCapacity({ ...request, selected: 1, replication: 1, headroom: 1, hours: 1, rates });
  const busy = plan.loads.phases.map(({ name, seconds }) => {
    const written = { read: 1000, scale: 4000, score: 0 }[name]! * 1e9;
    const read = { read: 1000, scale: 4000, score: 4000 }[name]! * 1e9;
    return (written / 1e7 + read / 1e9) / seconds;
  });
  assert.ok(Math.abs(plan.brokers.brokers - Math.max(...busy)) <= 1, `${plan.brokers.brokers} ${busy}`);
});
