import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { packageRoot } from '../../../lib/base/package-root.js';
import { serviceNames } from '../../../services/kafka/stages.js';
import { readCompose } from '../../support/docker/compose.js';
import { mentioned, ourSeries, scraped } from '../../support/promql.js';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const { groups } = parse(read('deploy/prometheus/rules.yml')) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const records = rules.filter(({ record }) => record !== undefined);
const alerts = rules.filter(({ alert }) => alert !== undefined);

/** Labels of a recorded series, by the name that says so. */
const recorded = new Map(
  records.map(({ record }) => [
    record!,
    record!
      .split(':')[0]!
      .split('_')
      .filter((label) => label !== ''),
  ]),
);

test('rules speak of metrics that the services have, with labels that these have', () => {
  for (const { record, alert, expr } of rules) {
    const { metrics, grouping } = mentioned(expr);
    assert.ok(metrics.length > 0, expr);
    const known: string[] = [...scraped];
    for (const { name, labels } of metrics) {
      const own = name === 'up' ? [] : (ourSeries.get(name) ?? recorded.get(name));
      assert.ok(own, `${record ?? alert}: there is no ${name}`);
      known.push(...own);
      for (const label of labels)
        assert.ok([...own, ...scraped].includes(label), `${record ?? alert}: ${name} has no ${label}`);
    }
    for (const label of grouping) assert.ok(known.includes(label), `${record ?? alert}: no ${label}`);
  }
});

const scrapedLabels: readonly string[] = scraped;

test('recorded series are named level:metric:operation, and bear the labels of their level', () => {
  for (const { record, expr } of records) {
    assert.match(record!, /^[a-z_]+:rmmstream_[a-z_]+:[a-z0-9_]+$/);
    const { metrics } = mentioned(expr);
    for (const label of recorded.get(record!)!) {
      const has = metrics.some(({ name }) => (ourSeries.get(name) ?? recorded.get(name)!).includes(label));
      assert.ok(has || scrapedLabels.includes(label), `${record} has no ${label}`);
    }
  }
});

test('every service is missed by its name, and nothing adds up what belongs to different runs', () => {
  const missing = alerts.find(({ alert }) => alert === 'RmmstreamStageMissing')!;
  const names = [...missing.expr.matchAll(/"service", "(\w+)", "", ""/g)].map(([, name]) => name);
  assert.deepEqual(names, [...serviceNames]);
  for (const { record, alert, expr } of rules)
    for (const [, list] of expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g))
      assert.ok(list!.split(', ').includes('namespace'), `${record ?? alert}: (${list})`);
});

/** As pages of Markdown name the place of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

test('every alert says what is, how bad it is, and where its paragraph is', () => {
  const page = read('docs/runbook.md');
  const paragraphs = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')).trim(), part]),
  );
  for (const { alert, labels, annotations } of alerts) {
    assert.match(alert!, /^Rmmstream[A-Za-z]+$/);
    assert.ok(['warning', 'critical'].includes(labels!.severity!), alert);
    assert.deepEqual(Object.keys(annotations!).sort(), ['description', 'runbook_url', 'summary'], alert);
    const where = `docs/runbook.md#${anchorOf(alert!)}`;
    assert.equal(annotations!.runbook_url, `{{ $externalLabels.rmmstream_pages }}${where}`);
    const paragraph = paragraphs.get(alert!);
    assert.ok(paragraph, `${alert} has no paragraph in docs/runbook.md`);
    for (const part of ['What it means', 'What to look at', 'What to do'])
      assert.ok(paragraph.includes(`**${part}.**`), `${alert}: ${part}`);
  }
  assert.deepEqual([...paragraphs.keys()].sort(), alerts.map(({ alert }) => alert!).sort());
});

test('a test of promtool makes every alert fire, and sees it silent', () => {
  const { tests } = parse(read('deploy/prometheus/rules.test.yml')) as {
    tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test ?? []);
  for (const { alert } of alerts) {
    const own = cases.filter(({ alertname }) => alertname === alert);
    assert.ok(
      own.some(({ exp_alerts }) => exp_alerts.length > 0),
      `${alert} is not made to fire`,
    );
    assert.ok(
      own.some(({ exp_alerts }) => exp_alerts.length === 0),
      `${alert} is not seen silent`,
    );
  }
});

test('Prometheus looks for every service under the name and port that docker-compose.yml gives', () => {
  const { scrape_configs, rule_files } = parse(read('deploy/prometheus/prometheus.yml')) as {
    rule_files: string[];
    scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
  };
  assert.deepEqual(rule_files, ['rules.yml']);
  const [job, ...more] = scrape_configs;
  assert.deepEqual([job!.job_name, more.length], ['rmmstream', 0]);
  assert.deepEqual(job!.dns_sd_configs[0]!.names, [...serviceNames]);
  const { services } = readCompose(read('docker-compose.yml'));
  for (const name of serviceNames)
    assert.equal(services[name]!.environment!.RMMSTREAM__SERVICE__PORT, String(job!.dns_sd_configs[0]!.port));
});
