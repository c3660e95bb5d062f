import { eventsSchema } from './events.js';
import { featuresSchema } from './features.js';
import { commonHeaders, lateHeaders } from './headers.js';
import { scaledSchema } from './scaled.js';
import { selectedSchema } from './selected.js';
import type { ColumnSchema, TopicSchema } from './topic-schema.js';

/** The schemas of all data topics, in the order of the stages. */
export const topicSchemas: readonly TopicSchema[] = [
  eventsSchema,
  selectedSchema,
  featuresSchema,
  scaledSchema,
];

/** What schemas/topics/TOPIC.json says of a topic. */
export function topicDescription(schema: TopicSchema): unknown {
  const { topic, id, version, description, headers, metadata, columns } = schema;
  return {
    topic,
    schema: id,
    version,
    reads_versions: [
      ...Object.keys(schema.upgrades ?? {})
        .map(Number)
        .sort((a, b) => a - b),
      version,
    ],
    description,
    message: 'One block of at most 8,192 consecutive entries of one input file.',
    key: 'fingerprint:first',
    value:
      'An Arrow IPC stream of one record batch; behind its end mark an index with checksums (lib/columnar/arrow/batch-index.ts).',
    headers: { ...commonHeaders, ...headers, ...lateHeaders },
    schema_metadata: {
      schema: 'Id of the schema.',
      version: 'Its version.',
      ...prefixed(metadata),
    },
    batch_metadata: {
      file: 'The input file.',
      first_entry: 'First entry of the block in the file.',
      entries: 'Entries of the block.',
      ...prefixed({
        sample: 'Name of the sample.',
        kind: 'Kind of the sample.',
        fingerprint: 'Fingerprint of the input file.',
      }),
    },
    columns: columns.map(describeColumn),
  };
}

function prefixed(facts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, text]) => [`x-${name}`, text]));
}

function describeColumn({ name, kind, types, fields, optional, description }: ColumnSchema): unknown {
  const numbers = types?.join(' or ') ?? '';
  const type = {
    flat: numbers,
    list: `list<${numbers}>`,
    fixed: `fixed_size_list<${numbers}>`,
    boolean: 'bool',
    dictionary: 'dictionary<utf8>',
    group: 'list<struct>',
  }[kind];
  return {
    name,
    type,
    ...(optional === true ? { optional } : {}),
    description,
    ...(fields === undefined ? {} : { fields: fields.map(describeColumn) }),
  };
}
