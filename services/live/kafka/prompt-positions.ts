import { RmmError } from '../../../lib/base/error.js';
import { brokerCode } from '../../../lib/kafka/broker-codes.js';
import type { CommittedOffset, KafkaAdmin } from '../../../lib/kafka/client.js';
import { inTime } from '../../../lib/kafka/waiting.js';

/** Settled positions come at once; those that are not are waited for so long. */
const patienceMs = 1_000;

type Positions = ReadonlyMap<number, CommittedOffset>;

interface Question {
  readonly answer: Promise<Positions>;
  isLate: boolean;
}

/**
 * Positions of groups for whoever looks again soon. A client waits for an open transaction as long as a request may take,
 * and a copy that was killed leaves one open: so long a page cannot stand still. A question that is not answered stays
 * asked, and its answer is there for the next look.
 */
export class PromptPositions implements Pick<KafkaAdmin, 'committed'> {
  readonly #admin: Pick<KafkaAdmin, 'committed'>;
  readonly #patienceMs: number;
  readonly #questions = new Map<string, Question>();

  constructor(admin: Pick<KafkaAdmin, 'committed'>, ms = patienceMs) {
    this.#admin = admin;
    this.#patienceMs = ms;
  }

  /** @throws kafka_request_failed where positions are not settled now, and whatever the client throws */
  async committed(group: string, topic: string): Promise<Positions> {
    const key = `${group}\n${topic}`;
    const question = this.#questions.get(key) ?? {
      answer: this.#admin.committed(group, topic),
      isLate: false,
    };
    this.#questions.set(key, question);
    const answered = question.answer.then(
      () => undefined,
      () => undefined,
    );
    if (!(await inTime(answered, question.isLate ? 0 : this.#patienceMs))) {
      question.isLate = true;
      throw new RmmError('kafka_request_failed', `positions of group ${group} are not settled now`, {
        context: { broker_code: brokerCode.unstableOffsetCommit },
      });
    }
    this.#questions.delete(key);
    return question.answer;
  }
}
