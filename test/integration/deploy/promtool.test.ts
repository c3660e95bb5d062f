import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dashboard } from '../../../cli/dashboard/board.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { inFolder } from '../../support/cli.js';

const folder = join(packageRoot, 'deploy/prometheus');
const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
const there = promtool('--version').status === 0;
const skip = there ? false : "promtool is not installed (Debian's package prometheus has it)";

function accepts(...args: string[]): void {
  const { status, stdout, stderr } = promtool(...args);
  assert.equal(status, 0, `${stdout}${stderr}`);
}

test('promtool accepts the configurations and their rules', { skip }, () => {
  for (const config of ['prometheus.yml', 'embedded.yml']) accepts('check', 'config', config);
});

test("promtool's own tests of the rules pass", { skip }, () => {
  accepts('test', 'rules', 'rules.test.yml');
});

test('promtool accepts every expression of the dashboard', { skip }, async () => {
  const { panels } = dashboard() as { panels: { targets?: { expr: string }[] }[] };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  // Grafana puts its variables in.
  const rules = expressions.map((expr, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(service|namespace)/g, '.*'),
  }));
  await inFolder(async (own) => {
    const path = join(own, 'panels.json');
    writeFileSync(path, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    accepts('check', 'rules', path);
    writeFileSync(
      path,
      JSON.stringify({ groups: [{ name: 'panels', rules: [{ record: 'a:b', expr: 'sum(' }] }] }),
    );
    assert.notEqual(promtool('check', 'rules', path).status, 0);
  });
});
