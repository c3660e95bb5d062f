/** A line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  /** Foreign text under foreign names. */
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const series = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const label = /([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\\n]|\\.)*)"[ \t]*(?:,[ \t]*|$)/y;

/**
 * Samples of a page in Prometheus' text format (version 0.0.4). Lines that are none are passed over: a page of
 * somebody else's may hold anything.
 */
export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const found = series.exec(line);
    const value = found === null ? Number.NaN : numberOf(found[3]!);
    const labels = found === null ? undefined : labelsOf(found[2] ?? '');
    return labels === undefined || Number.isNaN(value) ? [] : [{ name: found![1]!, labels, value }];
  });
}

/** undefined where they are no labels. */
function labelsOf(text: string): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  for (label.lastIndex = 0; label.lastIndex < text.length; ) {
    const found = label.exec(text);
    if (found === null) return undefined;
    labels.set(found[1]!, unescaped(found[2]!));
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return text === '' ? Number.NaN : Number(text);
}
