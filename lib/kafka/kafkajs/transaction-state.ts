import { ByteReader } from './byte-reader.js';
import { compactString, noTags, type OwnRequest, uvarint } from './flexible.js';

/** How a transaction was decided. */
export type Outcome = 'commit' | 'abort';

export interface TransactionStateAnswer {
  readonly code: number;
  /** Name of the state as Kafka has it, for example CompleteCommit. */
  readonly state: string;
}

/** DescribeTransactions, version 0 (Kafka 3.0), which kafkajs does not know: how the last transaction of an id stands. */
export function describeTransaction(transactionalId: string): OwnRequest<TransactionStateAnswer> {
  // The header of requests of this kind ends with tags too.
  const body = Buffer.concat([noTags, uvarint(2), compactString(transactionalId), noTags]);
  return { name: 'DescribeTransactions', key: 65, version: 0, body, read };
}

function read(payload: Buffer): TransactionStateAnswer {
  const reader = new ByteReader(payload);
  reader.skipTags();
  // How long the broker held the answer back, and the length of the list: one id was asked for.
  reader.int32();
  reader.uvarint();
  const code = reader.int16();
  reader.compactString();
  return { code, state: reader.compactString() };
}

/**
 * How the last transaction of an id ends once the id is taken over: one that is open is aborted then, one that is decided
 * ends as decided. undefined where there was none since the id was taken over last.
 */
export function outcomeOf(state: string): Outcome | undefined {
  if (state === 'PrepareCommit' || state === 'CompleteCommit') return 'commit';
  return state === 'Empty' || state === '' ? undefined : 'abort';
}
