import { emptyMap, type Located, type LocatedEntry, type Source } from './located.js';

/** `upper` laid over `lower`: maps key by key, anything else replaced as a whole. */
export function overlay(lower: Located, upper: Located): Located {
  if (upper === emptyMap) return lower;
  if (lower.kind !== 'map' || upper.kind !== 'map') return upper;
  const entries = new Map<string, LocatedEntry>(lower.entries);
  for (const [key, entry] of upper.entries) {
    const below = entries.get(key);
    entries.set(key, below === undefined ? entry : { ...entry, value: overlay(below.value, entry.value) });
  }
  return { kind: 'map', source: upper.source.kind === 'default' ? lower.source : upper.source, entries };
}

/** A layer that holds one value at `path`. */
export function layerAt(path: readonly string[], value: Located, source: Source): Located {
  return path.reduceRight<Located>(
    (inner, key) => ({ kind: 'map', source, entries: new Map([[key, { keySource: source, value: inner }]]) }),
    value,
  );
}
