import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { dashboard } from '../../../cli/dashboard/board.js';
import { errorCodes } from '../../../lib/base/codes/index.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import { commandsOf } from '../../support/command-line.js';
import { readCompose } from '../../support/docker/compose.js';
import { fakeCli } from '../cli/fake-cli.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const runbook = read('docs/runbook.md').replace(/\n(?=\S)/g, ' ');
const pages = ['docs/runbook.md', 'docs/deploy.md', 'docs/kubernetes.md'];

/** Commands of rmmstream as pages write them, in containers, in pods and from a clone, up to the end of the line or of the code. */
function commandLines(page: string): string[] {
  const begin =
    /(?:docker compose run --rm cli|node \/app\/cli\/built\.mjs|npx rmmstream|(?<=`)rmmstream) ([^`\n]+)/g;
  return [...read(page).matchAll(begin)].map(([, args]) => args!.trim());
}

test('every command of rmmstream that the pages on running it show is one that the program takes', async () => {
  const lines = pages.flatMap(commandLines).filter((line) => line !== 'ARGS');
  assert.ok(lines.length >= 10, lines.join('\n'));
  for (const line of lines) {
    const reached = await commandsOf(line.split(/\s+/), fakeCli().cli);
    assert.equal(reached.length, 1, line);
  }
});

test('what Docker Compose is asked for in the runbook is in docker-compose.yml', () => {
  const { services } = readCompose(read('docker-compose.yml'));
  const asked = [
    ...runbook.matchAll(/docker compose (?:logs|restart|ps|exec|up)((?: -[\w-]+| \w+=\d)*) ([a-z]+)\b/g),
  ];
  assert.ok(asked.length >= 3);
  for (const [whole, , name] of asked) assert.ok(name! in services, whole);
  assert.ok(read('deploy/docker/Dockerfile').includes('/app/health.mjs'));
});

test('panels, keys and codes that the runbook names are there', () => {
  const { panels } = dashboard() as { panels: { title: string }[] };
  const titles = new Set(panels.map(({ title }) => title));
  const quoted = [...runbook.matchAll(/"([A-Z][^"]*)"/g)].map(([, title]) => title!);
  assert.ok(quoted.length > 10);
  for (const title of quoted) assert.ok(titles.has(title), `no panel "${title}"`);

  const configuration = read('docs/configuration.md');
  const keys = [...runbook.matchAll(/`([a-z]+(?:\.[a-z_]+)+)(?:: \w+)?`/g)]
    .map(([, key]) => key!)
    .filter((key) => !/\.(json|yml|yaml|md|resources)$/.test(key));
  assert.ok(keys.length > 10);
  for (const key of keys) assert.ok(configuration.includes(`| \`${key}\``), `no key ${key}`);

  const words = [...runbook.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, word]) => word!);
  const areas: readonly string[] = metricList.memory.labels.area;
  for (const word of words) assert.ok(word in errorCodes || areas.includes(word), `no code ${word}`);
});
