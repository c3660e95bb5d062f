import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../../../lib/base/package-root.js';
import { jsonSchema } from '../../../lib/config/json-schema.js';
import { profileNode } from '../../../lib/config/profile-schema.js';
import { readYaml } from '../../../lib/config/read-yaml.js';
import { configNode } from '../../../lib/config/schema/index.js';
import type { SchemaNode } from '../../../lib/config/schema/keys.js';
import { validate } from '../../../lib/config/validate.js';

const ajv = new Ajv({ strict: true, strictRequired: false, allErrors: true });
const foreign = ajv.compile(jsonSchema(configNode, 'config') as object);

/** Our verdict on a value, by way of YAML as a person writes it. */
function ours(value: unknown): boolean {
  const read = readYaml(stringify(value), (line, column) => ({ kind: 'file', file: 'f', line, column }));
  return read.problems.length === 0 && validate(configNode, read.root).problems.length === 0;
}

test('the examples and the profiles satisfy the JSON Schemas that their first line names', () => {
  for (const [folder, schema] of [
    ['schemas/examples', foreign],
    ['schemas/profiles', ajv.compile(jsonSchema(profileNode, 'profile') as object)],
  ] as const) {
    const files = readdirSync(join(packageRoot, folder));
    assert.ok(files.length > 0);
    for (const file of files) {
      const content = readFileSync(join(packageRoot, folder, file), 'utf8');
      assert.match(content, /^# yaml-language-server: \$schema=\.\.\/(config|profile)\.schema\.json\n/);
      assert.equal(schema(parse(content)), true, `${file}: ${ajv.errorsText(schema.errors)}`);
    }
  }
});

/** Paths of all keys of the configuration, list items as index 0. */
function paths(node: SchemaNode, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (node.type === 'array') return [path, ...paths(node.items!, [...path, 0])];
  const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) => paths(child, [...path, key]));
  return [path, ...below];
}

function put(target: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') return [put(Array.isArray(target) ? target[0] : undefined, rest, value)];
  const map = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  return { ...map, [key]: put((map as Record<string, unknown>)[key], rest, value) };
}

const values = fc.oneof(
  fc.integer({ min: -5, max: 70_000 }),
  fc.double({ min: -2, max: 2, noNaN: true }),
  fc.constantFrom<unknown>(8192, 16384, 0.5, 1, 0, true, false, '10', '', 'abs', 'none', 'rmm', 'report33'),
  fc.constantFrom<unknown>(
    'data',
    'background',
    'stacked',
    'tanh',
    'leakyrelu',
    'map2rmm',
    'exactly_3',
    'x y',
  ),
  fc.constantFrom<unknown>([], {}, [1], ['a'], ['error'], [{ type: 'error_abs' }], { type: 'report13' }),
);

test('our validator and ajv on the JSON Schema agree on what is valid', () => {
  const all = paths(configNode).slice(1);
  const edits = fc.array(fc.tuple(fc.constantFrom(...all), values), { minLength: 1, maxLength: 3 });
  let valid = 0;
  let invalid = 0;
  fc.assert(
    fc.property(edits, (changes) => {
      let config: unknown = {};
      for (const [path, value] of changes) config = put(config, path, value);
      const verdict = ours(config);
      if (verdict) valid += 1;
      else invalid += 1;
      assert.equal(verdict, foreign(config), `${JSON.stringify(config)}: ${ajv.errorsText(foreign.errors)}`);
    }),
    { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 2_500, seed: 3 },
  );
  // Both verdicts must have come up often for the agreement to mean something.
  assert.ok(valid > 50 && invalid > 500, `${valid} valid, ${invalid} invalid`);
});

test('an unknown key is refused by both at every level', () => {
  for (const path of paths(configNode)) {
    const config = put({}, [...path, 'no_such_key'], 1);
    assert.equal(ours(config), false, path.join('.'));
    assert.equal(foreign(config), false, path.join('.'));
  }
});
