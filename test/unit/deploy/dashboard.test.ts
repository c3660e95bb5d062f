import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { dashboard, dataSource } from '../../../cli/dashboard/board.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../../lib/telemetry/metric-spec.js';
import { readCompose } from '../../support/docker/compose.js';
import { mentioned, ourSeries, scraped } from '../../support/promql.js';

interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly expr: string;
    readonly legendFormat: string;
    readonly refId: string;
  }[];
}

const board = dashboard() as {
  panels: PanelJson[];
  templating: { list: { name: string; type: string; query: string | { query: string } }[] };
};
const choices = board.templating.list;
const panels = board.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
/** Prometheus' own. */
const foreign = new Map([
  ['up', ['job']],
  ['ALERTS', ['alertname', 'alertstate']],
]);

test('every metric of the list is in a panel', () => {
  const shown = new Set(
    expressions.flatMap((expression) => mentioned(expression).metrics.map(({ name }) => name)),
  );
  for (const spec of Object.values(metricList) as MetricSpec[]) {
    const names =
      spec.type === 'histogram' ? ['_bucket', '_count'].map((end) => spec.name + end) : [spec.name];
    for (const name of names) assert.ok(shown.has(name), `${name} is in no panel`);
  }
});

test('every expression speaks of metrics of the list, with labels that they have', () => {
  assert.ok(expressions.length > 30);
  for (const expression of [
    ...expressions,
    ...choices.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query])),
  ]) {
    if (expression.startsWith('label_values(')) {
      const [, name, label] = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(expression)!;
      assert.ok([...ourSeries.get(name!)!, ...scraped].includes(label!));
      continue;
    }
    const { metrics, grouping } = mentioned(expression);
    const known: string[] = [...scraped];
    for (const { name, labels } of metrics) {
      const own = ourSeries.get(name) ?? foreign.get(name);
      assert.ok(own, `there is no ${name}: ${expression}`);
      known.push(...own);
      for (const label of labels)
        assert.ok([...own, ...scraped].includes(label), `${name} has no ${label}: ${expression}`);
    }
    for (const label of grouping) assert.ok(known.includes(label), `no ${label}: ${expression}`);
  }
});

test('the page works beside any Prometheus, one run at a time, and every panel keeps to what was chosen', () => {
  assert.deepEqual(
    choices.map(({ name, type }) => `${name} ${type}`),
    ['datasource datasource', 'namespace query', 'service query'],
  );
  assert.equal(choices[0]!.query, 'prometheus');
  const named = JSON.stringify(board).match(/"uid":"[^"]*"/g)!;
  assert.deepEqual(new Set(named), new Set(['"uid":"rmmstream-overview"', '"uid":"$datasource"']));
  for (const expression of expressions)
    for (const [selector] of expression.matchAll(/\b(?:rmmstream_\w+|up|ALERTS)\b\{?[^}]*\}?/g))
      assert.match(selector, /\{.*\bnamespace=~"\$namespace"/, expression);
});

test('legends name labels by which their query groups', () => {
  for (const { title, targets = [] } of panels)
    for (const { expr, legendFormat } of targets) {
      const by = mentioned(expr).grouping;
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
        assert.ok(by.includes(label!), `${title}: ${label}`);
    }
});

test('panels have titles and words of explanation, and lie side by side without a gap or an overlap', () => {
  const titles = panels.map(({ title }) => title);
  assert.equal(new Set(board.panels.map(({ id }) => id)).size, board.panels.length);
  for (const { title, description, targets = [] } of panels) {
    assert.ok(title !== '' && description!.endsWith('.'), title);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
  }
  assert.equal(titles.length, panels.length);
  const taken = new Set<string>();
  for (const { gridPos, title } of board.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(!taken.has(`${x} ${y}`), `${title} lies on another`);
        taken.add(`${x} ${y}`);
      }
  }
});

test('what is provisioned is where docker-compose.yml mounts it, and the data source is that of the panels', () => {
  const read = (path: string) =>
    parse(readFileSync(join(packageRoot, 'deploy/grafana/provisioning', path), 'utf8'));
  const { datasources } = read('datasources/prometheus.yml') as {
    datasources: { type: string; isDefault: boolean; url: string }[];
  };
  assert.deepEqual(
    datasources.map(({ type, isDefault }) => ({ type, isDefault })),
    [{ type: dataSource.type, isDefault: true }],
  );
  const { providers } = read('dashboards/rmmstream.yml') as { providers: { options: { path: string } }[] };
  const { services } = readCompose(readFileSync(join(packageRoot, 'docker-compose.yml'), 'utf8'));
  const [host, port] = new URL(datasources[0]!.url).host.split(':');
  assert.ok(services[host!]!.ports![0]!.endsWith(`:${port}`));
  const { volumes = [], environment = {} } = services.grafana!;
  assert.ok(volumes.includes(`./deploy/grafana/dashboards:${providers[0]!.options.path}:ro`));
  assert.ok(volumes.includes('./deploy/grafana/provisioning:/etc/grafana/provisioning:ro'));
  assert.equal(
    environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH,
    `${providers[0]!.options.path}/rmmstream.json`,
  );
});
