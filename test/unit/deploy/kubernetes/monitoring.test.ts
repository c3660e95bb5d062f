import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { rendered } from '../../../support/kubernetes/overlays.js';

const read = (path: string) => parse(readFileSync(join(packageRoot, path), 'utf8'));
const overlay = rendered('production');

test('the rules of the operator are those of deploy/prometheus', () => {
  const { groups } = read('deploy/prometheus/rules.yml') as { groups: { rules: unknown[] }[] };
  assert.ok(groups.length > 2);
  assert.deepEqual(overlay.one('PrometheusRule', 'rmmstream').spec, { groups });
});

test('scraped pods have the labels that rules ask for: job, and service by its own name', () => {
  const monitor = overlay.one('PodMonitor', 'rmmstream').spec as unknown as {
    jobLabel: string;
    selector: { matchLabels: Record<string, string> };
    podMetricsEndpoints: {
      port: string;
      path: string;
      relabelings: { sourceLabels: string[]; targetLabel: string }[];
    }[];
  };
  const { scrape_configs: jobs } = read('deploy/prometheus/prometheus.yml') as {
    scrape_configs: { job_name: string }[];
  };
  const [endpoint] = monitor.podMetricsEndpoints;
  assert.equal(endpoint!.path, '/metrics');
  const [relabeling] = endpoint!.relabelings;
  assert.equal(relabeling!.targetLabel, 'service');
  for (const { name, labels, pod } of overlay.stages) {
    for (const [key, value] of Object.entries(monitor.selector.matchLabels)) assert.equal(labels[key], value);
    assert.equal(labels[monitor.jobLabel], jobs[0]!.job_name);
    const meta = new Map(
      Object.entries(labels).map(([key, value]) => [
        `__meta_kubernetes_pod_label_${key.replace(/[^\w]/g, '_')}`,
        value,
      ]),
    );
    assert.equal(meta.get(relabeling!.sourceLabels.join()), name);
    assert.ok(pod.containers[0]!.ports!.some((port) => port.name === endpoint!.port));
  }
});
