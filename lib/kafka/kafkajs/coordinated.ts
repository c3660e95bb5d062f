import { setTimeout as pause } from 'node:timers/promises';
import { Backoff } from '../../base/backoff.js';
import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import { brokerCodeOf, brokerFailure } from '../failures.js';
import type { CoordinatorKind, Directory } from './directory.js';
import type { Link } from './link.js';
import type { Links } from './links.js';

/** Answers after which the same request is sent again, to the same coordinator or the one that is it now. */
const comingBack: ReadonlySet<number> = new Set([
  brokerCode.coordinatorLoading,
  brokerCode.coordinatorNotAvailable,
  brokerCode.notCoordinator,
  brokerCode.concurrentTransactions,
  brokerCode.unknownTopicOrPartition,
  brokerCode.unstableOffsetCommit,
]);
const stale: ReadonlySet<number> = new Set([brokerCode.coordinatorNotAvailable, brokerCode.notCoordinator]);

const firstPauseMs = 5;
const mostPauseMs = 250;

export interface Coordinated {
  readonly directory: Directory;
  readonly links: Links;
  readonly kind: CoordinatorKind;
  readonly key: string;
  readonly doing: string;
  /** Time on the clock of `performance` after which the last failure is thrown. */
  readonly deadline: number;
}

/**
 * Asks the coordinator of a group or transactional id until it answers yes or no for good. Only for requests
 * that may be repeated: where the connection is lost the same request is sent again.
 * @param send gives the answer's error numbers; the first that is not 0 counts
 */
export async function askCoordinator<Answer>(
  target: Coordinated,
  send: (link: Link) => Promise<{ readonly answer: Answer; readonly codes: readonly number[] }>,
): Promise<Answer> {
  const { directory, links, kind, key, doing, deadline } = target;
  const backoff = new Backoff(firstPauseMs, mostPauseMs);
  for (;;) {
    try {
      const address = await directory.coordinatorOf(kind, key, doing);
      const { answer, codes } = await send(await links.to(address));
      const code = codes.find((one) => one !== 0);
      if (code === undefined) return answer;
      throw brokerFailure(code, { doing, broker: address });
    } catch (error) {
      const code = brokerCodeOf(error);
      const isLost = error instanceof RmmError && error.code === 'kafka_unreachable';
      if (isLost || (code !== undefined && stale.has(code))) directory.forgetCoordinator(kind, key);
      const mayRepeat = isLost || (code !== undefined && comingBack.has(code));
      const pauseMs = backoff.next();
      if (!mayRepeat || links.isClosed || performance.now() + pauseMs > deadline) throw error;
      await pause(pauseMs);
    }
  }
}
