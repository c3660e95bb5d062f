import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import type { FetchedMessage, KafkaClient } from '../../../lib/kafka/client.js';

/** Reads a partition from `offset` to its end; tries again where a broker is away. */
export async function readAll(
  client: KafkaClient,
  topic: string,
  partition = 0,
  offset = 0,
): Promise<FetchedMessage[]> {
  const reader = client.reader(topic, partition);
  const messages: FetchedMessage[] = [];
  const deadline = Date.now() + 60_000;
  try {
    for (let next = offset; ; ) {
      try {
        const fetched = await reader.fetch({ offset: next, maxBytes: 4_000_000, maxWaitMs: 100 });
        messages.push(...fetched.messages);
        next = fetched.nextOffset;
        // A transaction that was committed just now is open for readers a moment longer.
        const { end } = (await client.admin.offsets(topic))[partition]!;
        if (next >= end) return messages;
        if (Date.now() > deadline) throw new Error(`stuck at ${next} of ${end}`);
      } catch (error) {
        if (!(error instanceof RmmError) || error.spec.retry !== true || Date.now() > deadline) throw error;
        await pause(100);
      }
    }
  } finally {
    await reader.close();
  }
}

/** Waits until readers see every transaction of a partition that was ended so far. */
export async function settled(client: KafkaClient, topic: string, partition = 0): Promise<void> {
  const reader = client.reader(topic, partition);
  await until('the transactions are seen', async () => {
    const { first, end } = (await client.admin.offsets(topic))[partition]!;
    const { endOffset } = await reader.fetch({ offset: first, maxBytes: 1, maxWaitMs: 0 });
    return endOffset >= end;
  });
  await reader.close();
}

/** Values as text. */
export function texts(messages: readonly FetchedMessage[]): string[] {
  return messages.map(({ value }) => (value === null ? 'null' : Buffer.from(value).toString()));
}

/** A message with a text as its value. */
export function message(text: string, key: string | null = null, headers: Record<string, string> = {}) {
  return { key, value: Buffer.from(text), headers };
}

/** Waits until `isSo`, 30 s at most. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`it did not happen that ${what}`);
    await pause(20);
  }
}

/** Tries until it works, two minutes at most; only what may be tried again is. */
export async function patiently<Result>(what: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      return await what();
    } catch (error) {
      if (!(error instanceof RmmError) || error.spec.retry !== true || Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}
