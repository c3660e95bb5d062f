import { describeExpected } from './expected.js';
import { describeFound, type Located, type Source } from './located.js';
import { didYouMean } from './nearest.js';
import type { Problem } from './problem.js';
import { mayBeAbsent, type SchemaNode } from './schema/keys.js';
import { unfoldShorthand } from './shorthand.js';

export type JsonValue = string | number | boolean | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export interface Validated {
  /** Every key of the schema, with its default where nothing was given; only to be used without problems. */
  readonly value: JsonValue;
  /** Where each leaf came from, by path; defaults are left out. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly problems: readonly Problem[];
}

interface Walk {
  readonly root: SchemaNode;
  readonly sources: Map<string, Source>;
  readonly problems: Problem[];
}

/** Keys with a meaning of their own in JavaScript objects: never taken from foreign text. */
const prototypeKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Checks `found` against `schema` and fills in defaults; goes on after an error to find them all. */
export function validate(schema: SchemaNode, found: Located): Validated {
  const walk: Walk = { root: schema, sources: new Map(), problems: [] };
  const value = visit(walk, schema, found, '');
  return { value, sources: walk.sources, problems: walk.problems };
}

/** The value of a schema when nothing is given. */
export function defaultOf(schema: SchemaNode): JsonValue {
  if (schema.default !== undefined) return schema.default as JsonValue;
  if (schema.type !== 'object') return schema.type === 'array' ? [] : '';
  const result: Record<string, JsonValue> = {};
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (child.optional !== true) result[key] = defaultOf(child);
  }
  return result;
}

function visit(walk: Walk, schema: SchemaNode, found: Located, path: string): JsonValue {
  if (schema.type === 'object') return visitObject(walk, schema, found, path);
  if (schema.type === 'array') return visitArray(walk, schema, found, path);
  walk.sources.set(path, found.source);
  const message = found.kind === 'scalar' ? scalarFault(schema, found.value) : '';
  if (message !== undefined) {
    const code =
      found.kind === 'scalar' && isOfType(schema, found.value) ? 'config_out_of_range' : 'config_wrong_type';
    walk.problems.push({ code, path, source: found.source, message: mismatch(schema, found) + message });
    return defaultOf(schema);
  }
  return (found as { value: JsonValue }).value;
}

function mismatch(schema: SchemaNode, found: Located): string {
  const what = schema.concealed === true ? 'something else (not shown)' : describeFound(found);
  return `found ${what}, expected ${describeExpected(schema)}`;
}

function isOfType(schema: SchemaNode, value: string | number | boolean | null): boolean {
  if (schema.type === 'integer') return Number.isInteger(value);
  return typeof value === schema.type;
}

/** undefined when `value` fits; else a hint to add to the message, maybe empty. */
function scalarFault(schema: SchemaNode, value: string | number | boolean | null): string | undefined {
  if (value === null) return '; leave the key out to take its default';
  if (schema.type === 'boolean') return typeof value === 'boolean' ? undefined : '';
  if (schema.type === 'string')
    return typeof value === 'string' ? textFault(schema, value) : quoteHint(schema);
  if (typeof value !== 'number') {
    const numeric = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
    return numeric ? '; write it without quotes' : '';
  }
  const fits =
    Number.isFinite(value) &&
    (schema.type === 'number' || Number.isSafeInteger(value)) &&
    (schema.minimum === undefined || value >= schema.minimum) &&
    (schema.maximum === undefined || value <= schema.maximum) &&
    (schema.exclusiveMinimum === undefined || value > schema.exclusiveMinimum) &&
    (schema.exclusiveMaximum === undefined || value < schema.exclusiveMaximum) &&
    (schema.multipleOf === undefined || value % schema.multipleOf === 0);
  return fits ? undefined : '';
}

function quoteHint(schema: SchemaNode): string {
  return schema.enum === undefined ? '; put it in quotes' : '';
}

function textFault(schema: SchemaNode, value: string): string | undefined {
  if (schema.enum !== undefined)
    return schema.enum.includes(value) ? undefined : didYouMean(value, schema.enum);
  if (value.length < (schema.minLength ?? 0)) return '';
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) return '';
  return undefined;
}

function visitArray(walk: Walk, schema: SchemaNode, found: Located, path: string): JsonValue {
  walk.sources.set(path, found.source);
  const itemSchema = schema.items!;
  if (schema.lonely === true && found.kind === 'scalar' && found.value !== null)
    return visitArray(walk, schema, { kind: 'list', source: found.source, items: [found] }, path);
  if (found.kind !== 'list') {
    const lonely = found.kind === 'scalar' && found.value !== null && itemSchema.type !== 'object';
    const hint = lonely ? `; write [${String(found.value)}]` : '';
    walk.problems.push({
      code: 'config_wrong_type',
      path,
      source: found.source,
      message: mismatch(schema, found) + hint,
    });
    return defaultOf(schema);
  }
  const tooFew = found.items.length < (schema.minItems ?? 0);
  if (tooFew || found.items.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) {
    const limit = tooFew ? '' : ` of at most ${schema.maxItems}`;
    walk.problems.push({
      code: 'config_out_of_range',
      path,
      source: found.source,
      message: mismatch(schema, found) + limit,
    });
  }
  const values = found.items.map((item, index) =>
    visit(walk, itemSchema, unfoldShorthand(schema, item), `${path}[${index}]`),
  );
  if (schema.unique === true) refuseRepeats(walk, values, found.items, path);
  return values;
}

function refuseRepeats(
  walk: Walk,
  values: readonly JsonValue[],
  items: readonly Located[],
  path: string,
): void {
  const seen = new Set<JsonValue>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) {
      const source = items[index]!.source;
      const message = `${JSON.stringify(value)} stands in this list twice`;
      walk.problems.push({ code: 'config_out_of_range', path: `${path}[${index}]`, source, message });
    }
    seen.add(value);
  }
}

function visitObject(walk: Walk, schema: SchemaNode, found: Located, path: string): JsonValue {
  if (found.kind !== 'map') {
    const empty = found.kind === 'scalar' && found.value === null;
    const hint = empty ? '; give it keys, indented below it, or leave it out' : '';
    walk.problems.push({
      code: 'config_wrong_type',
      path,
      source: found.source,
      message: mismatch(schema, found) + hint,
    });
    return defaultOf(schema);
  }
  const properties = schema.properties ?? {};
  const result: Record<string, JsonValue> = {};
  for (const [key, entry] of found.entries) {
    if (Object.hasOwn(properties, key)) continue;
    walk.problems.push(unknownKey(walk.root, properties, key, join(path, key), entry.keySource));
  }
  for (const [key, child] of Object.entries(properties)) {
    const entry = found.entries.get(key);
    const childPath = join(path, key);
    if (entry !== undefined) result[key] = visit(walk, child, entry.value, childPath);
    else if (!mayBeAbsent(child)) {
      walk.problems.push({
        code: 'config_missing_key',
        path: childPath,
        source: found.source,
        message: `missing, expected ${describeExpected(child)}`,
      });
      result[key] = defaultOf(child);
    } else if (child.optional !== true) result[key] = defaultOf(child);
  }
  for (const [key, child] of Object.entries(properties)) {
    const entry = found.entries.get(key);
    if (entry === undefined || appliesIn(child, result, properties)) continue;
    const { key: sibling, values } = child.when!;
    walk.problems.push({
      code: 'config_not_applicable',
      path: join(path, key),
      source: entry.keySource,
      message: `is read only where ${join(path, sibling)} is ${values.join(' or ')}, and here it is ${String(result[sibling])}; leave it out`,
    });
  }
  return result;
}

/** Whether `child` has a meaning beside the values of its siblings, and those on which it hangs have one. */
export function appliesIn(
  child: SchemaNode,
  siblings: Readonly<Record<string, JsonValue>>,
  properties: Readonly<Record<string, SchemaNode>>,
): boolean {
  if (child.when === undefined) return true;
  const controlling = properties[child.when.key];
  if (controlling !== undefined && !appliesIn(controlling, siblings, properties)) return false;
  return child.when.values.includes(String(siblings[child.when.key]));
}

function unknownKey(
  root: SchemaNode,
  properties: Readonly<Record<string, SchemaNode>>,
  key: string,
  path: string,
  source: Source,
): Problem {
  if (prototypeKeys.has(key)) {
    return { code: 'config_prototype_key', path, source, message: 'this key is refused, whatever it holds' };
  }
  let hint = didYouMean(key, Object.keys(properties));
  if (hint === '') {
    const elsewhere = pathsOf(root, '').filter((known) => known.endsWith(`.${key}`));
    hint = elsewhere.length > 0 ? `; did you mean ${elsewhere.slice(0, 3).join(' or ')}?` : '';
  }
  if (hint === '') hint = `; known here: ${Object.keys(properties).join(', ')}`;
  return { code: 'config_unknown_key', path, source, message: `unknown key${hint}` };
}

function pathsOf(schema: SchemaNode, path: string): string[] {
  const inner = schema.type === 'array' ? schema.items : schema;
  const below = schema.type === 'array' ? `${path}[]` : path;
  return Object.entries(inner?.properties ?? {}).flatMap(([key, child]) => [
    join(below, key),
    ...pathsOf(child, join(below, key)),
  ]);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
