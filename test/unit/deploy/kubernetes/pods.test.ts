import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { serviceNames } from '../../../../services/kafka/stages.js';
import { parseDockerfile } from '../../../support/docker/dockerfile.js';
import { configurationOf } from '../../../support/kubernetes/configuration.js';
import { overlays, rendered } from '../../../support/kubernetes/overlays.js';
import { bytesOf } from '../../../support/kubernetes/quantity.js';

for (const overlay of overlays) {
  const { workloads, stages, ours, manifests } = rendered(overlay);
  const each = (body: (of: (typeof workloads)[number], what: string) => void) => {
    for (const workload of workloads) body(workload, `${overlay}: ${workload.kind} ${workload.name}`);
  };

  test(`${overlay}: every stage is a Deployment of its own, with its disruption budget`, () => {
    assert.deepEqual(stages.map(({ name }) => name).sort(), [...serviceNames].sort());
    for (const { kind, name, labels, manifest } of stages) {
      assert.equal(kind, 'Deployment');
      assert.equal(labels['app.kubernetes.io/component'], name);
      const selector = { matchLabels: { 'app.kubernetes.io/component': name } };
      assert.deepEqual((manifest.spec as { selector: object }).selector, selector);
      const budget = rendered(overlay).one('PodDisruptionBudget', name).spec as Record<string, unknown>;
      assert.deepEqual(budget.selector, selector);
      // One copy may always go: a budget that no eviction fits would keep a node from being emptied.
      assert.equal(budget.maxUnavailable, 1);
    }
  });

  test(`${overlay}: pods have no right that "restricted" does not give, and less`, () => {
    const namespace = manifests.find(({ kind }) => kind === 'Namespace')!;
    const modes = namespace.metadata.labels as Record<string, string>;
    assert.equal(modes['pod-security.kubernetes.io/enforce'], 'restricted');
    each(({ pod }, what) => {
      const security = pod.securityContext as Record<string, unknown>;
      assert.equal(security.runAsNonRoot, true, what);
      assert.ok(Number(security.runAsUser) >= 1000 && Number(security.runAsGroup) >= 1000, what);
      assert.deepEqual(security.seccompProfile, { type: 'RuntimeDefault' }, what);
      for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'initContainers'])
        assert.ok(!(key in pod), `${what}: ${key}`);
      for (const container of pod.containers) {
        assert.deepEqual(
          container.securityContext,
          {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          what,
        );
        for (const port of container.ports ?? []) assert.ok(!('hostPort' in port), what);
      }
      for (const volume of pod.volumes ?? []) {
        const types = Object.keys(volume).filter((key) => key !== 'name');
        assert.ok(
          ['configMap', 'emptyDir', 'persistentVolumeClaim', 'secret'].includes(types.join()),
          `${what}: ${types}`,
        );
      }
    });
  });

  test(`${overlay}: no pod has a token of the Kubernetes API, or the namespace's own account`, () => {
    each(({ pod }, what) => {
      assert.equal(pod.serviceAccountName, 'rmmstream', what);
      assert.equal(pod.automountServiceAccountToken, false, what);
      assert.equal(pod.enableServiceLinks, false, what);
    });
    const account = rendered(overlay).one('ServiceAccount', 'rmmstream');
    assert.equal(account.automountServiceAccountToken, false);
    assert.ok(!manifests.some(({ kind }) => /Role/.test(kind)));
  });

  test(`${overlay}: every container asks for processor and memory, and has bounded memory and disk`, () => {
    each(({ pod }, what) => {
      for (const { resources } of pod.containers) {
        for (const key of ['cpu', 'memory', 'ephemeral-storage']) assert.ok(resources!.requests[key], what);
        // No limit of the processor: one that is held back answers brokers late.
        assert.ok(!('cpu' in resources!.limits), what);
        for (const key of ['memory', 'ephemeral-storage'])
          assert.ok(bytesOf(resources!.limits[key]!) >= bytesOf(resources!.requests[key]!), what);
      }
      for (const { emptyDir } of pod.volumes ?? [])
        if (emptyDir !== undefined) assert.ok((emptyDir as { sizeLimit?: string }).sizeLimit, what);
    });
  });

  test(`${overlay}: what a container writes to is a volume, and every volume is mounted`, () => {
    each(({ pod, manifest }, what) => {
      const claims = (manifest.spec as { volumeClaimTemplates?: { metadata: { name: string } }[] })
        .volumeClaimTemplates;
      const volumes = [
        ...(pod.volumes ?? []).map(({ name }) => name),
        ...(claims ?? []).map(({ metadata }) => metadata.name),
      ];
      const mounted = pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
      assert.deepEqual(mounted.map(({ name }) => name).sort(), volumes.sort(), what);
      assert.ok(
        mounted.some(({ mountPath, readOnly }) => mountPath === '/tmp' && readOnly !== true),
        what,
      );
    });
  });

  test(`${overlay}: probes ask what the services answer, and kill no sooner than a stall is told`, () => {
    const { engine, service } = configurationOf(overlay).config;
    for (const { pod, name } of stages) {
      const [container] = pod.containers;
      assert.deepEqual(container!.ports, [{ name: 'metrics', containerPort: service.port }], name);
      const { startupProbe, livenessProbe, readinessProbe } = container!;
      assert.deepEqual(startupProbe!.httpGet, { path: '/live', port: 'metrics' });
      assert.deepEqual(livenessProbe!.httpGet, { path: '/live', port: 'metrics' });
      assert.deepEqual(readinessProbe!.httpGet, { path: '/ready', port: 'metrics' });
      const patienceMs = livenessProbe!.periodSeconds * livenessProbe!.failureThreshold * 1000;
      assert.ok(patienceMs > engine.stall_timeout_ms, `${name}: ${patienceMs}`);
      for (const { periodSeconds, timeoutSeconds } of [startupProbe!, livenessProbe!, readinessProbe!])
        assert.ok(timeoutSeconds! <= Math.max(periodSeconds, 5), name);
    }
  });

  test(`${overlay}: a drain has the time that it is promised`, () => {
    const drainMs = configurationOf(overlay).config.service.drain_timeout_ms;
    for (const { pod, name } of stages)
      assert.ok(pod.terminationGracePeriodSeconds! * 1000 >= drainMs + 10_000, name);
  });

  test(`${overlay}: stages run as the user of the image, spread over nodes, one replaced at a time`, () => {
    const last = parseDockerfile(readFileSync(join(packageRoot, 'deploy/docker/Dockerfile'), 'utf8')).at(-1)!;
    const user = last.instructions.find((instruction) => instruction.name === 'USER')!.text;
    for (const { pod, name, manifest } of ours) {
      const { runAsUser, runAsGroup, fsGroup } = pod.securityContext as Record<string, number>;
      assert.equal(`${runAsUser}:${runAsGroup}`, user, name);
      assert.equal(fsGroup, runAsGroup);
      if (name === 'topics') continue;
      const [spread] = pod.topologySpreadConstraints as { topologyKey: string; matchLabelKeys: string[] }[];
      assert.equal(spread!.topologyKey, 'kubernetes.io/hostname');
      assert.deepEqual(spread!.matchLabelKeys, ['app.kubernetes.io/component']);
      const { strategy } = manifest.spec as { strategy: { rollingUpdate: object } };
      assert.deepEqual(strategy.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 }, name);
    }
  });
}

test('the trainer, and no other stage, is put on a node with a GPU', () => {
  for (const { name, pod } of rendered('production-gpu').stages) {
    const [container] = pod.containers;
    const gpus = container!.resources!.limits['nvidia.com/gpu'];
    assert.equal(gpus, name === 'trainer' ? 1 : undefined, name);
    assert.equal('nodeSelector' in pod, name === 'trainer');
    assert.equal('tolerations' in pod, name === 'trainer');
    assert.equal(/rmmstream-gpu/.test(container!.image), name === 'trainer');
  }
  for (const { pod } of rendered('production').stages)
    assert.ok(!('nodeSelector' in pod) && !('tolerations' in pod));
});

test('the trainer on a GPU has memory for the libraries of CUDA, and a cache that its folder holds', () => {
  const of = (overlay: 'production' | 'production-gpu') => {
    const { pod } = rendered(overlay).stages.find(({ name }) => name === 'trainer')!;
    return { pod, ...pod.containers[0]! };
  };
  const [cpu, gpu] = [of('production'), of('production-gpu')];
  for (const key of ['requests', 'limits'] as const)
    assert.ok(bytesOf(gpu.resources![key].memory!) >= bytesOf(cpu.resources![key].memory!) + 2 ** 31, key);
  const value = (wanted: string) => gpu.env!.find(({ name }) => name === wanted)!.value;
  const { mountPath, name } = gpu.volumeMounts!.find(
    (mount) => !mount.readOnly && value('CUDA_CACHE_PATH').startsWith(`${mount.mountPath}/`),
  )!;
  assert.equal(mountPath, '/tmp');
  const { emptyDir } = gpu.pod.volumes!.find((volume) => volume.name === name) as unknown as {
    emptyDir: { sizeLimit: string };
  };
  assert.ok(Number(value('CUDA_CACHE_MAXSIZE')) <= bytesOf(emptyDir.sizeLimit) / 2);
});
