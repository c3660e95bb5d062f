import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { stages } from '../../../../services/kafka/stages.js';
import { RunNames } from '../../../../services/kafka/topics.js';
import { configurationOf } from '../../../support/kubernetes/configuration.js';
import { rendered } from '../../../support/kubernetes/overlays.js';

interface Scaled {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly advanced: {
    readonly scalingModifiers: {
      readonly formula: string;
      readonly target: string;
      readonly metricType: string;
    };
    readonly horizontalPodAutoscalerConfig: {
      readonly behavior: Readonly<
        Record<
          'scaleUp' | 'scaleDown',
          {
            readonly stabilizationWindowSeconds: number;
            readonly policies: readonly { type: string; value: number; periodSeconds: number }[];
          }
        >
      >;
    };
  };
  readonly triggers: readonly {
    readonly type: string;
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly authenticationRef?: { readonly name: string };
  }[];
}

const overlay = rendered('production');
const { config } = configurationOf('production');
const names = new RunNames(config.kafka.prefix);
const scaled = overlay.of('ScaledObject').map(({ spec }) => spec as unknown as Scaled);
const byName = (name: string) => scaled.find(({ scaleTargetRef }) => scaleTargetRef.name === name)!;

/** What the formula of a ScaledObject asks for, as the autoscaler makes copies of it. */
function copiesWanted({ advanced, minReplicaCount, maxReplicaCount }: Scaled, lag: number, copies: number) {
  const { formula, target } = advanced.scalingModifiers;
  const [, limit, perCopy] = /^lag > (\d+) \? max\(\[lag, copies \* (\d+)\]\) : lag$/.exec(formula)!;
  const metric = lag > Number(limit) ? Math.max(lag, copies * Number(perCopy)) : lag;
  return Math.min(maxReplicaCount, Math.max(minReplicaCount, Math.ceil(metric / Number(target))));
}

test('featurizer and scorer are scaled, on the lag of their own group in their own topic', () => {
  assert.deepEqual(scaled.map(({ scaleTargetRef }) => scaleTargetRef.name).sort(), ['featurizer', 'scorer']);
  for (const stage of [stages.featurizer, stages.scorer]) {
    const { triggers } = byName(stage.service);
    const [lag, copies] = triggers;
    assert.deepEqual(
      triggers.map(({ type, name }) => `${type} ${name}`),
      ['kafka lag', 'kubernetes-workload copies'],
    );
    assert.equal(lag!.metadata.consumerGroup, names.group(stage.role));
    assert.equal(lag!.metadata.topic, names.topic(stage.topic));
    assert.equal(lag!.metadata.bootstrapServers, config.engine.brokers.join());
    assert.equal(lag!.metadata.offsetResetPolicy, 'earliest');
    assert.equal(lag!.metadata.allowIdleConsumers, 'false');
    const { labels } = overlay.stages.find(({ name }) => name === stage.service)!;
    for (const pair of copies!.metadata.podSelector!.split(',')) {
      const [key, value] = pair.split('=');
      assert.equal(labels[key!], value);
    }
    assert.equal(copies!.metadata.value, '1');
  }
});

test('no stage can have more copies than partitions, whoever sets them', () => {
  const { partitions } = config.kafka.topics;
  for (const { maxReplicaCount, minReplicaCount } of scaled) {
    assert.ok(maxReplicaCount <= partitions);
    // Never none: a stage that is gone is an alert, and the scorer ends the run.
    assert.ok(minReplicaCount >= 1);
  }
  for (const name of ['laptop', 'production', 'production-gpu'] as const)
    for (const { manifest } of rendered(name).stages) {
      const { replicas = 1 } = manifest.spec as { replicas?: number };
      assert.ok(replicas <= configurationOf(name).config.kafka.topics.partitions, manifest.metadata.name);
    }
});

test('an apply leaves the number of copies that the autoscaler has chosen', () => {
  for (const { scaleTargetRef } of scaled)
    assert.ok(!('replicas' in (overlay.one('Deployment', scaleTargetRef.name).spec as object)));
});

test('one copy is asked for by a minute of the work that one was measured to do', () => {
  // "363,000 for ingest, 616,000 selector, 357,000 featurizer, ... 277,000 scorer": the slower of two machines.
  const page = readFileSync(join(packageRoot, 'docs/benchmarks.md'), 'utf8');
  const slower = page.slice(page.indexOf('on another machine that was half as fast'));
  for (const name of ['featurizer', 'scorer']) {
    const events = Number(new RegExp(`([\\d,]+) ${name}`).exec(slower)![1]!.replaceAll(',', ''));
    const perMinute = (events / 8192) * 60;
    const { triggers, advanced } = byName(name);
    const threshold = Number(triggers[0]!.metadata.lagThreshold);
    assert.ok(Math.abs(threshold / perMinute - 1) < 0.05, `${name}: ${threshold} for ${perMinute}`);
    assert.equal(advanced.scalingModifiers.target, String(threshold));
    assert.equal(advanced.scalingModifiers.metricType, 'AverageValue');
  }
});

test('while a stage catches up no copy is taken away, and a stage that keeps up does not seem to catch up', () => {
  const { topics, transaction_messages: transaction, sink_window_offsets: window } = config.kafka;
  // Offsets behind the position of a copy that keeps up: messages of a transaction and the marks of theirs, or a window.
  const usual = { featurizer: 2 * transaction * topics.partitions, scorer: window * topics.partitions };
  for (const [name, offsets] of Object.entries(usual)) {
    const object = byName(name);
    assert.equal(copiesWanted(object, 0, 12), 1);
    assert.equal(copiesWanted(object, offsets, 12), 1, `${name} keeps up`);
    const limit = Number(/> (\d+)/.exec(object.advanced.scalingModifiers.formula)![1]);
    assert.ok(limit > offsets);
    for (let copies = 1; copies <= 12; copies += 1)
      for (let lag = limit + 1; lag < 100_000; lag = Math.ceil(lag * 1.3))
        assert.ok(copiesWanted(object, lag, copies) >= copies, `${name}: ${lag} of ${copies}`);
    assert.equal(copiesWanted(object, 1e9, 3), 12);
    assert.equal(copiesWanted(object, 5 * Number(object.advanced.scalingModifiers.target), 3), 5);
  }
});

test('copies come quicker than they go, and go one at a time after a cool-down', () => {
  for (const { advanced, scaleTargetRef } of scaled) {
    const { scaleUp, scaleDown } = advanced.horizontalPodAutoscalerConfig.behavior;
    assert.ok(scaleDown.stabilizationWindowSeconds >= 600 && scaleUp.stabilizationWindowSeconds >= 30);
    assert.deepEqual(scaleDown.policies, [{ type: 'Pods', value: 1, periodSeconds: 300 }]);
    // A step has to have taken its partitions and worked before the next one is decided.
    const starting = overlay.stages.find(({ name }) => name === scaleTargetRef.name)!.manifest.spec as {
      minReadySeconds: number;
    };
    for (const { periodSeconds } of scaleUp.policies)
      assert.ok(periodSeconds * 1000 > config.kafka.session_timeout_ms + starting.minReadySeconds * 1000);
  }
});

test('KEDA logs in as the services do', () => {
  const login = overlay.one('TriggerAuthentication', 'kafka').spec as unknown as {
    secretTargetRef: { parameter: string; name: string; key: string }[];
  };
  assert.deepEqual(login.secretTargetRef.map(({ parameter }) => parameter).sort(), [
    'ca',
    'password',
    'username',
  ]);
  for (const { triggers } of scaled) {
    const { metadata, authenticationRef } = triggers[0]!;
    assert.deepEqual(authenticationRef, { name: 'kafka' });
    assert.equal(metadata.tls, config.kafka.tls.enabled ? 'enable' : undefined);
    assert.equal(metadata.sasl, config.kafka.sasl.mechanism.replace('scram-sha-', 'scram_sha'));
  }
  const { volumes = [] } = overlay.stages[0]!.pod;
  const { secret } = volumes.find(({ name }) => name === 'kafka') as unknown as {
    secret: { secretName: string; items: { key: string }[] };
  };
  for (const { name, parameter, key } of login.secretTargetRef) {
    assert.equal(name, secret.secretName);
    if (parameter !== 'username')
      assert.ok(
        secret.items.some((item) => item.key === key),
        key,
      );
  }
});
