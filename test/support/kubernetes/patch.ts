/** What YAML and JSON hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

/** Lists of Kubernetes whose entries a strategic merge finds by a key; every other list is replaced as a whole. */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
};

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A strategic merge of `patch` over `base`: maps are merged, lists with a merge key too. */
export function strategicMerge(base: JsonMap, patch: JsonMap): JsonMap {
  const merged: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(patch)) merged[key] = mergeValue(key, merged[key], value);
  return merged;
}

function mergeValue(key: string, before: Json | undefined, value: Json): Json {
  if (isMap(value)) return isMap(before) ? strategicMerge(before, value) : value;
  const by = mergeKeys[key];
  if (by === undefined || !Array.isArray(value) || !Array.isArray(before)) return value;
  const entries = before as readonly JsonMap[];
  const patches = value as readonly JsonMap[];
  const found = (list: readonly JsonMap[], one: JsonMap) => list.find((other) => other[by] === one[by]);
  return [
    ...entries.map((entry) => {
      const patch = found(patches, entry);
      return patch === undefined ? entry : strategicMerge(entry, patch);
    }),
    ...patches.filter((patch) => found(entries, patch) === undefined),
  ];
}

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: Json;
}

/** A JSON patch (RFC 6902) of the operations add and replace on maps and existing entries of lists. */
export function jsonPatch(target: JsonMap, operations: readonly Operation[]): JsonMap {
  const result = structuredClone(target) as Record<string, Json>;
  for (const { op, path, value } of operations) {
    const keys = path
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop()!;
    let at = result;
    for (const key of keys) {
      const next = at[key] as Record<string, Json> | undefined;
      if (next === undefined) throw new Error(`${path}: there is no ${key}`);
      at = next;
    }
    if (op !== 'add' && op !== 'replace') throw new Error(`${op} ${path} is not known here`);
    if (op === 'replace' && !(last in at)) throw new Error(`${path} is not there to be replaced`);
    at[last] = value!;
  }
  return result;
}
