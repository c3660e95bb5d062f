import type { BatchColumn, NumberArray } from '../../lib/columnar/arrow/batch.js';
import type { ExpectedSchema } from '../../lib/columnar/arrow/decode.js';

/** Types of numbers by the class of their array, as schemas name them. */
const typeNames = new Map<unknown, string>([
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
]);

/** Numbers in whatever type the input file has them. */
export const realTypes = ['float32', 'float64'] as const;
export const integerTypes = [
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
] as const;

/** A column of messages, or a field of a group. */
export interface ColumnSchema {
  /** A name that ends in * stands for every name that begins like it. */
  readonly name: string;
  readonly kind: BatchColumn['kind'];
  /** Types that its numbers may have; none for booleans and groups. */
  readonly types?: readonly string[];
  readonly fields?: readonly ColumnSchema[];
  /** True where configuration or input decide whether it is there. */
  readonly optional?: true;
  readonly description: string;
}

/** What the messages of a topic are. */
export interface TopicSchema extends ExpectedSchema {
  readonly topic: string;
  readonly description: string;
  /** Headers and schema metadata that this topic has beside those of every topic. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly columns: readonly ColumnSchema[];
}

/** The first thing in which columns differ from the newest version of a schema. */
export function schemaProblem(
  schema: Pick<TopicSchema, 'columns'>,
  columns: readonly BatchColumn[],
): string | undefined {
  for (const { name, optional } of schema.columns) {
    if (optional !== true && !columns.some((column) => fits(name, column.name)))
      return `it lacks the column "${name}"`;
  }
  for (const column of columns) {
    const wanted = schema.columns.find(({ name }) => fits(name, column.name));
    if (wanted === undefined) return `it has a column "${column.name}", which its schema has not`;
    const problem = columnProblem(wanted, column);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function columnProblem(wanted: ColumnSchema, column: BatchColumn): string | undefined {
  if (wanted.kind !== column.kind) return `its column "${column.name}" is ${column.kind}, not ${wanted.kind}`;
  switch (column.kind) {
    case 'flat':
      return typeProblem(wanted, column.name, column.data);
    case 'list':
    case 'fixed':
      return typeProblem(wanted, column.name, column.values);
    case 'group':
      return groupProblem(wanted, column);
    default:
      return undefined;
  }
}

function groupProblem(
  wanted: ColumnSchema,
  group: Extract<BatchColumn, { kind: 'group' }>,
): string | undefined {
  const fields = group.fields.map(({ name, values }): BatchColumn => ({ kind: 'flat', name, data: values }));
  const problem = schemaProblem({ columns: wanted.fields ?? [] }, fields);
  return problem === undefined ? undefined : `in its column "${group.name}" ${problem}`;
}

function typeProblem({ types }: ColumnSchema, name: string, values: NumberArray): string | undefined {
  const found = typeNames.get(values.constructor) ?? 'unknown';
  if (types?.includes(found) === true) return undefined;
  return `its column "${name}" is of ${found}, not of ${types?.join(' or ')}`;
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
