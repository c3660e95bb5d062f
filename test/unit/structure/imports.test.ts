import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';

/** What each room may import of ours, beside itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'lib/base': [],
  'lib/physics': ['lib/base'],
  'lib/statistics': ['lib/base'],
  'lib/learning': ['lib/base'],
  'lib/columnar': ['lib/base'],
  'lib/telemetry': ['lib/base'],
  'lib/kafka': ['lib/base'],
  'lib/flow': ['lib/base', 'lib/kafka', 'lib/telemetry'],
  'lib/config': ['lib/base'],
  services: [
    'lib/base',
    'lib/physics',
    'lib/statistics',
    'lib/learning',
    'lib/columnar',
    'lib/telemetry',
    'lib/kafka',
    'lib/flow',
    'lib/config',
  ],
  cli: [
    'lib/base',
    'lib/columnar',
    'lib/learning',
    'lib/telemetry',
    'lib/config',
    'lib/kafka',
    'lib/flow',
    'services',
  ],
};

function room(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'lib' ? `lib/${second}` : first;
}

function sources(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true })
    .map((name) => `${folder}/${String(name).split(sep).join('/')}`)
    .filter((name) => name.endsWith('.ts'));
}

test('imports point one way', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const file of ['lib', 'services', 'cli'].flatMap(sources)) {
    const text = readFileSync(join(packageRoot, file), 'utf8');
    for (const match of text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)) {
      const target = relative(packageRoot, join(packageRoot, dirname(file), match[1] as string))
        .split(sep)
        .join('/');
      const [from, to] = [room(file), room(target)];
      seen += 1;
      if (from !== to && !allowed[from]?.includes(to)) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.ok(seen > 50, 'the pattern that finds imports finds none');
  assert.deepEqual(wrong, []);
});
