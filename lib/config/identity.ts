import { createHash } from 'node:crypto';
import type { Profile } from './profile-schema.js';
import { type Config, configNode } from './schema/index.js';
import type { SchemaNode } from './schema/keys.js';
import { appliesIn, type JsonObject, type JsonValue } from './validate.js';

/**
 * The part of a configuration that can change a result: without worker and thread counts, timeouts, the
 * output directory and the file lists (files have fingerprints of their own), and without keys that their
 * siblings make meaningless.
 */
export function resultConfig(config: Config): JsonObject {
  return keep(configNode, config as unknown as JsonValue) as JsonObject;
}

/**
 * `resultConfig` with the content of the profile: what `configurationHash` is the hash of. Store this beside
 * outputs and compare it with `diffConfig`, so that a changed profile is named too.
 */
export function configurationIdentity(config: Config, profile: Profile): JsonObject {
  const { description: _, ...mapping } = profile;
  return { ...resultConfig(config), profile: mapping as unknown as JsonValue };
}

/** Every key that has a meaning in this configuration, in the order of the schema: what `config show` shows. */
export function applicableConfig(config: Config): JsonObject {
  return keep(configNode, config as unknown as JsonValue, true) as JsonObject;
}

function keep(schema: SchemaNode, value: JsonValue, all = false): JsonValue {
  if (schema.type === 'array')
    return (value as readonly JsonValue[]).map((item) => keep(schema.items!, item, all));
  if (schema.type !== 'object') return value;
  const properties = schema.properties ?? {};
  const given = value as JsonObject;
  const kept: Record<string, JsonValue> = {};
  for (const [key, child] of Object.entries(properties)) {
    const part = given[key];
    if (part === undefined || !appliesIn(child, given, properties)) continue;
    if (!all && child.results === false) continue;
    kept[key] = keep(child, part, all);
  }
  return kept;
}

/** JSON with keys in code-unit order and no white space; numbers as JavaScript prints them. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

/** sha256 in hex over everything in configuration and profile that can change a result (decisions.md 12). */
export function configurationHash(config: Config, profile: Profile): string {
  return createHash('sha256')
    .update(canonicalJson(configurationIdentity(config, profile)))
    .digest('hex');
}

/** What decides which events and objects are selected, and what their numbers mean: selection and profile. */
export function selectionIdentity(selection: Config['selection'], profile: Profile): JsonObject {
  const { description: _, ...mapping } = profile;
  return { selection: selection as unknown as JsonValue, profile: mapping as unknown as JsonValue };
}

/** sha256 in hex over `selectionIdentity`. */
export function selectionHash(selection: Config['selection'], profile: Profile): string {
  return createHash('sha256')
    .update(canonicalJson(selectionIdentity(selection, profile)))
    .digest('hex');
}

/**
 * What differs between two stored configurations (`configurationIdentity`), one line a key:
 * "training.epochs: 10 -> 20", "input.samples[zee]: added". Empty when they are alike.
 */
export function diffConfig(before: JsonValue, after: JsonValue): string[] {
  const lines: string[] = [];
  compare(before, after, '', lines);
  return lines;
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
  lines: string[],
): void {
  if (before === undefined || after === undefined) {
    if (before === after) return;
    const value = before ?? after!;
    const what = before === undefined ? 'added' : 'removed';
    lines.push(`${path}: ${what}${typeof value === 'object' ? '' : ` (${show(value)})`}`);
    return;
  }
  const left = asMap(before);
  const right = asMap(after);
  if (left === undefined || right === undefined) {
    if (canonicalJson(before) !== canonicalJson(after))
      lines.push(`${path}: ${show(before)} -> ${show(after)}`);
    return;
  }
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const below = key.startsWith('[') || path === '' ? path + key : `${path}.${key}`;
    compare(left.get(key), right.get(key), below, lines);
  }
  const order = [...left.keys()].filter((key) => right.has(key));
  const newOrder = [...right.keys()].filter((key) => left.has(key));
  // Keys of maps come in the schema's order; only named list items can change places.
  if (order[0]?.startsWith('[') && order.join() !== newOrder.join()) lines.push(`${path}: order changed`);
}

/** Maps by key, and lists of named or typed things by that name; undefined for anything else. */
function asMap(value: JsonValue): Map<string, JsonValue> | undefined {
  if (typeof value !== 'object') return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value as JsonObject));
  const byName = new Map<string, JsonValue>();
  for (const item of value as readonly JsonValue[]) {
    if (typeof item !== 'object' || Array.isArray(item)) return undefined;
    const name = (item as JsonObject).name;
    if (typeof name !== 'string' || byName.has(`[${name}]`)) return undefined;
    byName.set(`[${name}]`, item);
  }
  return byName;
}

function show(value: JsonValue): string {
  return canonicalJson(value);
}
