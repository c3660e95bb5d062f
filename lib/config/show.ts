import { Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { applicableConfig } from './identity.js';
import { describeSource, type Source } from './located.js';
import { type Config, configNode } from './schema/index.js';
import type { SchemaNode } from './schema/keys.js';
import type { JsonObject, JsonValue } from './validate.js';

/** What stands in the place of a secret. */
export const secretMask = '***';

/** The configuration in force as plain data: keys that have a meaning here, secrets masked. */
export function shownConfig(config: Config): JsonObject {
  return maskSecrets(configNode, applicableConfig(config)) as JsonObject;
}

/** `value` with every key that its schema calls secret replaced by ***. */
export function maskSecrets(schema: SchemaNode, value: JsonValue): JsonValue {
  if (schema.secret === true) return secretMask;
  if (schema.type === 'array' && Array.isArray(value)) {
    return value.map((item: JsonValue) => maskSecrets(schema.items!, item));
  }
  if (schema.type !== 'object' || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, part]) => {
      const child = schema.properties?.[key];
      return [key, child === undefined ? part : maskSecrets(child, part)];
    }),
  );
}

/**
 * The configuration in force as YAML that can be used as a configuration file itself. A comment beside a
 * value says where it came from; what has none is a default.
 */
export function showConfig(config: Config, sources: ReadonlyMap<string, Source>): string {
  const document = new Document(shownConfig(config));
  annotate(document.contents as Node, '', sources);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd();
}

function annotate(node: Node | null, path: string, sources: ReadonlyMap<string, Source>): void {
  if (isMap(node)) {
    for (const pair of node.items) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      annotate(pair.value as Node | null, path === '' ? key : `${path}.${key}`, sources);
    }
    return;
  }
  const source = sources.get(path);
  if (isSeq(node)) {
    if (node.items.every((item) => isScalar(item))) node.flow = true;
    else {
      node.items.forEach((item, index) => {
        annotate(item as Node, `${path}[${index}]`, sources);
      });
      return;
    }
  }
  if (node !== null && source !== undefined && source.kind !== 'default') {
    node.comment = ` ${describeSource(source)}`;
  }
}
