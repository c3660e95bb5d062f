import type { SchemaNode } from './schema/keys.js';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 12 });

/** A number for people: 1,000,000 and 0.001 and 1e-7. */
export function showNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return grouped.format(value);
  return String(value);
}

/** The range in words, '' where there is none: "from 1 to 1,024", "above 0 and below 1", "of at least 0". */
export function describeRange(node: SchemaNode): string {
  const low =
    node.exclusiveMinimum === undefined
      ? node.minimum === undefined
        ? undefined
        : `at least ${showNumber(node.minimum)}`
      : `above ${showNumber(node.exclusiveMinimum)}`;
  const high =
    node.exclusiveMaximum === undefined
      ? node.maximum === undefined
        ? undefined
        : `at most ${showNumber(node.maximum)}`
      : `below ${showNumber(node.exclusiveMaximum)}`;
  if (node.minimum !== undefined && node.maximum !== undefined) {
    return `from ${showNumber(node.minimum)} to ${showNumber(node.maximum)}`;
  }
  return [low, high].filter((part) => part !== undefined).join(' and ');
}

/** What a key takes, in words: the "expected" of a message. */
export function describeExpected(node: SchemaNode): string {
  const unit = node.unit === undefined ? '' : ` (${node.unit})`;
  const range = describeRange(node);
  const step = node.multipleOf === undefined ? '' : `, a multiple of ${showNumber(node.multipleOf)}`;
  switch (node.type) {
    case 'integer':
      return `a whole number${range === '' ? '' : ` ${range}`}${step}${unit}`;
    case 'number':
      return `a number${range === '' ? '' : ` ${range}`}${step}${unit}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      if (node.enum !== undefined)
        return node.enum.length === 1 ? node.enum[0]! : `one of ${node.enum.join(', ')}`;
      return node.form === undefined ? 'a text' : `a text (${node.form})`;
    case 'array':
      return `a list${node.minItems === undefined ? '' : ` of at least ${node.minItems}`}`;
    case 'object': {
      const keys = Object.keys(node.properties ?? {});
      return `a map with keys among ${keys.slice(0, 8).join(', ')}${keys.length > 8 ? ', ...' : ''}`;
    }
  }
}
