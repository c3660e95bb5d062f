import assert from 'node:assert/strict';
import test from 'node:test';
import { configurationOf } from '../../../support/kubernetes/configuration.js';
import { type Overlay, overlays, rendered } from '../../../support/kubernetes/overlays.js';

interface Rule {
  readonly to?: readonly Peer[];
  readonly from?: readonly Peer[];
  readonly ports: readonly { readonly protocol: string; readonly port: number | string }[];
}
interface Peer {
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly ipBlock?: { readonly cidr: string };
}
interface Policy {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const policies = (overlay: Overlay) =>
  new Map(
    rendered(overlay)
      .of('NetworkPolicy')
      .map((one) => [one.metadata.name, one.spec as unknown as Policy]),
  );

const ours = { 'app.kubernetes.io/part-of': 'rmmstream' };
const selects = (
  { matchLabels = {} }: Policy['podSelector'],
  labels: Readonly<Record<string, string>>,
): boolean => Object.entries(matchLabels).every(([key, value]) => labels[key] === value);

for (const overlay of overlays) {
  const found = policies(overlay);

  test(`${overlay}: nothing goes in or out of any pod by default`, () => {
    assert.deepEqual(found.get('default-deny'), { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  test(`${overlay}: a stage reaches names and brokers, and is reached by Prometheus, and that is all`, () => {
    const monitored = overlay !== 'laptop';
    for (const { name, labels } of rendered(overlay).ours) {
      const mine = [...found].filter(([, { podSelector }]) => selects(podSelector, labels));
      const out = mine.filter(([, { egress }]) => egress !== undefined).map(([policy]) => policy);
      const into = mine.filter(([, { ingress }]) => ingress !== undefined).map(([policy]) => policy);
      assert.deepEqual(out.sort(), ['brokers', 'names'], name);
      assert.deepEqual(into, monitored ? ['scraping'] : [], name);
    }
    assert.deepEqual(
      [...found.keys()].sort(),
      [
        'brokers',
        'default-deny',
        ...(monitored ? [] : ['kafka']),
        'names',
        ...(monitored ? ['scraping'] : []),
      ].sort(),
    );
  });

  test(`${overlay}: the way to the brokers has their port, that to names has 53, and no rule is without peers`, () => {
    const { engine } = configurationOf(overlay).config;
    const ports = new Set(engine.brokers.map((broker) => Number(broker.split(':')[1])));
    const [rule, ...more] = found.get('brokers')!.egress!;
    assert.equal(more.length, 0);
    assert.deepEqual(new Set(rule!.ports.map(({ port }) => port)), ports);
    const [names] = found.get('names')!.egress!;
    assert.deepEqual(names!.ports.map(({ protocol, port }) => `${protocol} ${port}`).sort(), [
      'TCP 53',
      'UDP 53',
    ]);
    for (const [policy, { ingress = [], egress = [] }] of found)
      for (const { to, from, ports: some } of [...ingress, ...egress]) {
        assert.ok((to ?? from ?? []).length > 0 && some.length > 0, policy);
        for (const { ipBlock } of to ?? from!) assert.ok(!/\/0$/.test(ipBlock?.cidr ?? ''), policy);
      }
  });
}

test("Prometheus comes from its own namespace, to the stages' own port", () => {
  const [rule] = policies('production').get('scraping')!.ingress!;
  assert.deepEqual(rule!.ports, [{ protocol: 'TCP', port: 'metrics' }]);
  assert.deepEqual(rule!.from![0]!.namespaceSelector!.matchLabels, {
    'kubernetes.io/metadata.name': 'monitoring',
  });
});

test('the broker of the laptop is reached by our pods only, and is where the configuration looks', () => {
  const laptop = rendered('laptop');
  const kafka = laptop.workloads.find(({ name }) => name === 'kafka')!;
  const [rule] = policies('laptop').get('kafka')!.ingress!;
  assert.deepEqual(rule!.from, [{ podSelector: { matchLabels: ours } }]);
  assert.ok(selects(policies('laptop').get('kafka')!.podSelector, kafka.labels));
  assert.ok(selects(policies('laptop').get('brokers')!.egress![0]!.to![0]!.podSelector!, kafka.labels));
  const [port] = kafka.pod.containers[0]!.ports!;
  const service = laptop.one('Service', 'kafka').spec as unknown as {
    selector: Record<string, string>;
    ports: { port: number; targetPort: string }[];
  };
  assert.ok(selects({ matchLabels: service.selector }, kafka.labels));
  assert.equal(service.ports[0]!.targetPort, port!.name);
  assert.deepEqual(configurationOf('laptop').config.engine.brokers, [`kafka:${service.ports[0]!.port}`]);
});
