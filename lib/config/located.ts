/** Where a value came from: what a message points at and what `config show` prints. */
export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'derived'; readonly from: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string };

/** A value before validation: plain data with the place of every part of it. */
export type Located =
  | { readonly kind: 'map'; readonly source: Source; readonly entries: ReadonlyMap<string, LocatedEntry> }
  | { readonly kind: 'list'; readonly source: Source; readonly items: readonly Located[] }
  | { readonly kind: 'scalar'; readonly source: Source; readonly value: string | number | boolean | null };

export interface LocatedEntry {
  readonly keySource: Source;
  readonly value: Located;
}

/** An empty map from nowhere: what a configuration without a file starts from. */
export const emptyMap: Located = { kind: 'map', source: { kind: 'default' }, entries: new Map() };

/** "analysis.yaml:4:3", "environment RMMSTREAM__ENGINE__WORKERS", "--workers", "default". */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'default':
      return 'default';
    case 'derived':
      return `follows from ${source.from}`;
    case 'file':
      return `${source.file}:${source.line}:${source.column}`;
    case 'environment':
      return `environment ${source.name}`;
    case 'flag':
      return source.name;
  }
}

/** What was found, in words: `"ten" (text)`, `12.5`, `nothing`, `a list of 3`, `a map with the keys a, b`. */
export function describeFound(found: Located): string {
  if (found.kind === 'list')
    return found.items.length === 0 ? 'an empty list' : `a list of ${found.items.length}`;
  if (found.kind === 'map') {
    const keys = [...found.entries.keys()];
    if (keys.length === 0) return 'an empty map';
    return `a map with the keys ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', ...' : ''}`;
  }
  if (found.value === null) return 'nothing';
  if (typeof found.value === 'string') {
    const shown = found.value.length > 60 ? `${found.value.slice(0, 57)}...` : found.value;
    return `${JSON.stringify(shown)} (text)`;
  }
  return String(found.value);
}
