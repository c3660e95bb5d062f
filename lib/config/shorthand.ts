import type { Located } from './located.js';
import type { SchemaNode } from './schema/keys.js';

/** An item of a list as the map that it stands for (decisions.md 27): a name for {type: name}, {rank_average: [a, b]}. */
export function unfoldShorthand(schema: SchemaNode, item: Located): Located {
  if (schema.shorthand === undefined || item.kind === 'list') return item;
  if (item.kind === 'map') return unfoldKey(schema, schema.shorthand, item);
  const entries = new Map([[schema.shorthand, { keySource: item.source, value: item }]]);
  return { kind: 'map', source: item.source, entries };
}

/** {rank_average: [a, b], ...} as {type: rank_average, of: [a, b], ...}. */
function unfoldKey(schema: SchemaNode, shorthand: string, item: Located & { readonly kind: 'map' }): Located {
  const short = Object.entries(schema.shortKeys ?? {}).find(([key]) => item.entries.has(key));
  if (short === undefined || item.entries.has(shorthand) || item.entries.has(short[1])) return item;
  const [key, target] = short;
  const { keySource, value } = item.entries.get(key)!;
  const named: Located = { kind: 'scalar', source: keySource, value: key };
  const entries = new Map([...item.entries].filter(([other]) => other !== key));
  entries.set(shorthand, { keySource, value: named });
  entries.set(target, { keySource, value });
  return { kind: 'map', source: item.source, entries };
}
