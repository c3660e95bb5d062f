import { canonicalJson, type JsonValue } from '../../lib/config/index.js';

/** The leaves of nested settings, one a row. */
export function settingsTable(settings: object): string {
  return markdownTable(
    ['setting', 'value'],
    flat(settings as JsonValue).map(([key, value]) => [`\`${key}\``, `\`${value}\``]),
  );
}

/** The leaves of nested maps by their path. */
function flat(value: JsonValue, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, canonicalJson(value)]];
  return Object.entries(value).flatMap(([key, item]) => flat(item, path === '' ? key : `${path}.${key}`));
}

/** A table in Markdown; cells may hold anything but line ends. */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
