import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { invariant, RmmError } from '../../lib/base/error.js';
import type { FetchedMessage, OutgoingMessage } from '../../lib/kafka/client.js';
import { dataTopics } from './topics.js';

/*
 * The records of the topic `progress`: one log, totally ordered, that every service reads from its start. What
 * they say together is RunState (run-state.ts). Each kind has one writer at a time: a role or the owner of a
 * partition, fenced by its transactional id.
 */

const count = Type.Integer({ minimum: 0 });
const partition = Type.Integer({ minimum: 0, maximum: 1023 });
const text = Type.String({ maxLength: 4096 });
/** What names of files are made from: nothing in it leads out of a folder. As names of samples in a configuration. */
const name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$' });
const closed = { additionalProperties: true } as const;

/** Outputs of a stage that come to an end, partition by partition. */
export const endings = [
  'events',
  'selected',
  'features',
  'moments',
  'scaled',
  'scores',
  'feature-files',
] as const;
export type Ending = (typeof endings)[number];

function literals<const Words extends readonly string[]>(words: Words) {
  return Type.Unsafe<Words[number]>(Type.Union(words.map((word) => Type.Literal(word))));
}

const productions = Type.Array(
  Type.Object({ channel: Type.Integer(), crossSectionPb: Type.Number(), sumOfWeights: Type.Number() }),
);

const schemas = {
  /** What the topics hold; the first one counts. */
  run: Type.Object(
    {
      type: Type.Literal('run'),
      /** Made at random with the first record: tells these topics from earlier ones of the same names. */
      topics: Type.String({ pattern: '^[0-9a-f]{8}$' }),
      program: text,
      mode: literals(['bounded', 'continuous']),
      partitions: Type.Integer({ minimum: 1, maximum: 1024 }),
      /** Offsets of one output file: with others, files would overlap. */
      window_offsets: Type.Integer({ minimum: 1 }),
      configuration_hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      configuration: Type.Unknown(),
      /** Files of a bounded run, as its manifest names them; empty in continuous mode. */
      inputs: Type.Array(
        Type.Object({ sample: text, kind: text, file: text, fingerprint: text, entries: count }),
      ),
    },
    closed,
  ),
  /** An input file with its normalisation; `index` counts them from 0. */
  file: Type.Object(
    {
      type: Type.Literal('file'),
      index: count,
      sample: name,
      kind: literals(['background', 'signal', 'data']),
      name: text,
      fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      bytes: count,
      entries: count,
      data: Type.Boolean(),
      median_weight: Type.Number({ minimum: 0 }),
      sums: Type.Array(Type.Tuple([Type.Integer(), Type.Number()])),
      weights: Type.Optional(
        Type.Object({ entries: count, productions, medianPerPb: Type.Number(), corruptRows: count }),
      ),
    },
    closed,
  ),
  /** No more files will come (bounded runs). */
  planned: Type.Object({ type: Type.Literal('planned'), files: count, blocks: count }, closed),
  /** An output has no more messages in this partition than those before `offset`. */
  end: Type.Object(
    {
      type: Type.Literal('end'),
      of: literals(endings),
      partition,
      offset: count,
      messages: count,
      /** The end of the input that it was made from: a later one makes it stale. */
      input: count,
    },
    closed,
  ),
  /**
   * What a dead letter held was written to a data topic again, with this record: whatever end of the topic is on
   * record, before or after it, lies behind that message.
   */
  redriven: Type.Object(
    {
      type: Type.Literal('redriven'),
      /** Id of the dead letter. */
      letter: text,
      topic: literals(dataTopics),
      partition,
      offset: count,
      /** End of dead-letters when this was decided: letters behind it may be of the message itself. */
      letters: count,
    },
    closed,
  ),
  /** The scaler is frozen; its artefact lies in scaler-state. */
  scaler: Type.Object(
    {
      type: Type.Literal('scaler'),
      id: name,
      /** Background rows of the blocks that it was made from, by split code. */
      rows_by_split: Type.Array(count, { minItems: 4, maxItems: 4 }),
      /** Offset of scaler-state behind the moments that it was made from; its own files lie behind it too. */
      from: count,
      frozen_ms: Type.Number(),
    },
    closed,
  ),
  /** Rows of `scaled` that make a generation (continuous): from the last one's `to` up to this, by partition. */
  generation: Type.Object(
    {
      type: Type.Literal('generation'),
      number: count,
      to: Type.Array(count),
      rows: count,
      channels: Type.Array(Type.Tuple([Type.Integer(), count])),
    },
    closed,
  ),
  /** A model was published; its files lie in models. */
  model: Type.Object(
    {
      type: Type.Literal('model'),
      id: name,
      scaler: name,
      generation: count,
      /** Whether it is the only one of a bounded run. */
      final: Type.Boolean(),
      published_ms: Type.Number(),
      /** Offset of models at which its files begin. */
      from: count,
    },
    closed,
  ),
  /** From this offset of a partition of `scaled` on rows are scored with that model (decisions.md 15). */
  applies: Type.Object({ type: Type.Literal('applies'), model: name, partition, offset: count }, closed),
  /**
   * Files with the scores of everything before this offset of a partition of `scaled` are about to be written: a
   * model that is new from now on applies behind it, so that these files are made again with the same bytes.
   */
  scoring: Type.Object({ type: Type.Literal('scoring'), partition, to: count }, closed),
  /** Outputs are complete; `ends` are those of `scores` that they hold. */
  finished: Type.Object({ type: Type.Literal('finished'), ends: Type.Array(count) }, closed),
  /** A service met what no retry mends: the run ends with this error. */
  failed: Type.Object(
    { type: Type.Literal('failed'), service: text, code: text, message: Type.String() },
    closed,
  ),
} satisfies Record<string, TSchema>;

type Records = { readonly [Kind in keyof typeof schemas]: Static<(typeof schemas)[Kind]> };
export type ProgressRecord = Records[keyof Records];
export type RecordOf<Kind extends keyof Records> = Records[Kind];

const schemaId = 'rmmstream.progress';
const version = 1;

/** @throws internal_invariant for a record that nobody could read: all would pass it over, and wait for it for ever */
export function progressMessage(record: ProgressRecord): OutgoingMessage {
  const json = JSON.stringify(record);
  // As it will be read: JSON has no NaN and no Infinity.
  const fault = faultOf(record.type, JSON.parse(json));
  invariant(fault === undefined, `the record ${json.slice(0, 200)} cannot be written: ${fault}`);
  return {
    key: record.type,
    value: Buffer.from(json, 'utf8'),
    headers: { schema: schemaId, version: String(version) },
  };
}

function faultOf(type: keyof Records, record: unknown): string | undefined {
  const fault = Value.Errors(schemas[type], record).First();
  return fault === undefined ? undefined : `${fault.path} ${fault.message}`;
}

/** @throws wire_schema_unknown, wire_version_unknown, wire_message_invalid */
export function readProgress(message: FetchedMessage): ProgressRecord {
  const where = `progress, offset ${message.offset}`;
  const found = message.headers.get('schema') ?? 'none';
  if (found !== schemaId)
    throw new RmmError('wire_schema_unknown', `${where} has the schema ${found}, expected ${schemaId}`);
  if (message.headers.get('version') !== String(version)) {
    throw new RmmError(
      'wire_version_unknown',
      `${where} has version ${message.headers.get('version') ?? 'none'} of ${schemaId}; this rmmstream reads version ${version}`,
    );
  }
  let record: unknown;
  try {
    record = JSON.parse(Buffer.from(message.value ?? new Uint8Array(0)).toString('utf8'));
  } catch (cause) {
    throw new RmmError('wire_message_invalid', `${where} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  const type = (record as { type?: unknown } | null)?.type;
  if (!Object.hasOwn(schemas, String(type)))
    throw new RmmError('wire_message_invalid', `${where} is of the unknown type ${JSON.stringify(type)}`);
  const fault = faultOf(type as keyof Records, record);
  if (fault !== undefined)
    throw new RmmError('wire_message_invalid', `${where}, record ${String(type)}: ${fault}`);
  return record as ProgressRecord;
}
