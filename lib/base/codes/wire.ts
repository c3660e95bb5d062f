import type { CodeSpec } from './code-spec.js';

const redrive =
  'The message is among the dead letters with its position: `rmmstream dlq show` says what it holds, `rmmstream dlq redrive` sends a repaired one.';

/** Error codes of messages between services; each is the reason of a dead letter too. */
export const wireCodes = {
  wire_header_invalid: {
    domain: 'data',
    exit: 1,
    summary: 'A header of a message is missing or cannot be read.',
    cure: redrive,
  },
  wire_schema_unknown: {
    domain: 'data',
    exit: 1,
    summary: 'A message has another schema than its topic.',
    cure: `See what writes into the topic. ${redrive}`,
  },
  wire_version_unknown: {
    domain: 'data',
    exit: 1,
    summary: 'A message has a schema version that this program does not read.',
    cure: `Use one version of rmmstream for all services, or start the readers of a newer one first. ${redrive}`,
  },
  wire_checksum_wrong: {
    domain: 'data',
    exit: 1,
    summary: 'The bytes of a message do not have the checksum that its headers give.',
    cure: redrive,
  },
  wire_message_too_large: {
    domain: 'data',
    exit: 1,
    summary: 'A message is larger than kafka.topics.max_message_bytes, so a service did not look into it.',
    cure: `Set kafka.topics.max_message_bytes to what the topic takes and send it again. ${redrive}`,
  },
  wire_batch_unreadable: {
    domain: 'data',
    exit: 1,
    summary:
      'Messages that somebody else wrote cannot be unpacked, by their compression or since they are damaged.',
    cure: 'See what writes into the topic, and write them again with gzip, lz4, zstd or no compression. The dead letter of each gives its position; what it holds is known to whoever wrote it.',
  },
  wire_message_invalid: {
    domain: 'data',
    exit: 1,
    summary: 'The bytes of a message are no batch of its schema, or hold values that no stage writes.',
    cure: redrive,
  },
  wire_source_contradicts: {
    domain: 'data',
    exit: 1,
    summary:
      'Key, headers and content of a message do not agree on where its rows come from or on what became of them.',
    cure: redrive,
  },
} as const satisfies Record<string, CodeSpec>;
